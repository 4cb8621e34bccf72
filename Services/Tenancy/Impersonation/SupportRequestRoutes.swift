import Auth
import Models
import Postgres
import Web

/// Super admins ask to act as a tenant's owner, and the owner says yes, for how long, or no.
struct SupportRequestRoutes: Sendable {
    private static let most = 100
    private static let hours = 1...72

    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    // For super admins.

    func create(
        _ context: RequestContext, _ path: PathID<TenantID>, _ body: Body<TenancyAPI.CreateSupportRequest>
    ) async throws -> Created<TenancyAPI.SupportRequest> {
        let user = try context.user.userID
        let tenant = try await tenant(path.id)
        let origin = try context.origin()
        let made = try await database.tenant(tenant.id).transaction { rows in
            let store = SupportRequestStore(rows: rows, tenant: tenant.id)
            guard let made = try await store.create(.make(), reason: body.value.reason, by: user) else {
                throw Failure(.conflict, "As many requests wait for the owner as may.")
            }
            try await TenantLifeStore.audit(.supportRequested, of: tenant.id, origin, rows)
            for owner in try await TenantEditStore(rows: rows).owners(of: tenant.id) {
                var letter = try Letter.about(.supportRequested, owner, tenant, ["reason": made.reason])
                letter.url = links.page("settings/support", subdomain: tenant.subdomain)
                try await mail.send(letter, in: rows)
            }
            return made
        }
        return Created(made, at: "/api/v1/platform/tenants/\(tenant.id)/support-requests")
    }

    func listOfTenant(
        _ context: RequestContext, _ path: PathID<TenantID>
    ) async throws -> OK<Page<TenancyAPI.SupportRequest>> {
        try await list(try await tenant(path.id).id)
    }

    private func tenant(_ id: TenantID) async throws -> Tenant {
        guard id != .platform, let tenant = try await TenantStore(rows: database.tenant(id)).find(id) else {
            throw Failure(.notFound)
        }
        return tenant
    }

    // For owners.

    func list(_ context: RequestContext) async throws -> OK<Page<TenancyAPI.SupportRequest>> {
        try await list(context.tenant)
    }

    func approve(
        _ context: RequestContext, _ path: PathID<SupportRequestID>,
        _ body: OptionalBody<TenancyAPI.ApproveSupportRequest>
    ) async throws -> OK<TenancyAPI.SupportRequest> {
        let hours = body.value?.hours ?? 4
        guard Self.hours.contains(hours) else {
            throw Failure.invalid("/hours", "out_of_range", "1 to 72 hours expected")
        }
        return try await decide(path.id, approves: true, hours, context)
    }

    /// Says no, or takes back what was agreed to.
    func refuse(
        _ context: RequestContext, _ path: PathID<SupportRequestID>
    ) async throws -> OK<TenancyAPI.SupportRequest> {
        try await decide(path.id, approves: false, 0, context)
    }

    private func decide(
        _ id: SupportRequestID, approves: Bool, _ hours: Int, _ context: RequestContext
    ) async throws -> OK<TenancyAPI.SupportRequest> {
        let (user, tenant, origin) = (try context.user.userID, context.tenant, try context.origin())
        let end = Timestamp.now() + .seconds(Int64(hours) * 3600)
        let decided = try await context.database(database).transaction { rows in
            let store = SupportRequestStore(rows: rows, tenant: tenant)
            guard let decided = try await store.decide(id, approves: approves, until: end, by: user) else {
                throw Failure(.notFound)
            }
            try await TenantLifeStore.audit(approves ? .supportApproved : .supportRefused, of: tenant, origin, rows)
            return decided
        }
        return OK(decided)
    }

    private func list(_ tenant: TenantID) async throws -> OK<Page<TenancyAPI.SupportRequest>> {
        let found = try await SupportRequestStore(rows: database.tenant(tenant), tenant: tenant).list(limit: Self.most)
        return OK(
            Page(
                data: found, page: 1, limit: Self.most, total: found.count, totalIsExact: found.count < Self.most,
                nextCursor: nil))
    }
}
