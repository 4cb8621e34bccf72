import Auth
import Clients
import Models
import Postgres
import Web

/// What super admins do with a tenant that is there: edit, delete, restore, look at its use.
struct TenantEditRoutes: Sendable {
    let database: Database
    let mail: MailQueue
    /// Nil where nobody is asked.
    let calls: ServiceClient?

    func update(
        _ context: RequestContext, _ path: PathID<TenantID>, _ match: IfMatch, _ body: Body<TenancyAPI.UpdateTenant>
    ) async throws -> OK<TenancyAPI.Tenant> {
        let wanted = body.value
        try await check(wanted, context)
        let rows = database.tenant(path.id)
        let present = try await find(path.id)
        let tenant = try await TenantEditLifeStore(database: rows).update(
            wanted, version: match.version, of: path.id, origin: try context.origin())
        guard let tenant else {
            throw Failure(present.status == .deleted ? .conflict : .preconditionFailed)
        }
        return OK(try await wire(tenant), version: tenant.version)
    }

    /// For whoever is about to give the tenant another subdomain.
    func renameEffects(
        _ context: RequestContext, _ path: PathID<TenantID>
    ) async throws -> OK<TenancyAPI.RenameEffects> {
        let tenant = try await find(path.id)
        let store = RenameStore(rows: database.tenant(path.id))
        guard let effects = try await store.effects(of: tenant, now: .now()) else { throw Failure(.notFound) }
        return OK(effects)
    }

    private func check(_ wanted: TenancyAPI.UpdateTenant, _ context: RequestContext) async throws {
        var faults = TenantDraft.faults(country: wanted.country?.uppercased(), language: wanted.language)
        if let zone = wanted.timeZone?.name, zone != TimeZoneName.utc.name,
            try await !TenantStore(rows: context.database(database)).knowsTimeZone(zone)
        {
            faults.append(FieldError(pointer: "/time_zone", code: "not_allowed", detail: "unknown time zone"))
        }
        faults += wanted.limits?.faults ?? []
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
    }

    /// Begins the grace period; asked for again it answers the same.
    func delete(
        _ context: RequestContext, _ path: PathID<TenantID>, _ body: Body<TenancyAPI.DeleteTenant>
    ) async throws -> OK<TenancyAPI.Tenant> {
        let present = try await find(path.id)
        guard body.value.confirm == present.subdomain else {
            throw Failure.invalid("/confirm", "not_allowed", "the tenant's subdomain expected")
        }
        try await RecentSignIn.check(context, context.database(database))
        let deleted = try await TenantEditLifeStore(database: database.tenant(path.id)).delete(
            path.id, origin: try context.origin())
        if let deleted { try await write(to: deleted.owners, of: deleted.tenant, context) }
        return try await answer(path.id)
    }

    /// Letters of the platform: a deleted tenant sends none.
    private func write(to owners: [User], of tenant: Tenant, _ context: RequestContext) async throws {
        guard !owners.isEmpty else { return }
        let date = String(tenant.deleteAfter?.jsonText.prefix(10) ?? "")
        try await context.database(database).transaction { rows in
            for owner in owners {
                try await mail.send(try Letter.about(.tenantDeletion, owner, tenant, ["date": date]), in: rows)
            }
        }
    }

    func restore(_ context: RequestContext, _ path: PathID<TenantID>) async throws -> OK<TenancyAPI.Tenant> {
        let present = try await find(path.id)
        if present.status == .deleted {
            let restored = try await TenantEditLifeStore(database: database.tenant(path.id)).restore(
                path.id, origin: try context.origin())
            guard restored != nil else { throw Failure(.conflict, "The grace period is over.") }
        }
        return try await answer(path.id)
    }

    func usage(_ context: RequestContext, _ path: PathID<TenantID>) async throws -> OK<TenancyAPI.TenantUsage> {
        let tenant = try await find(path.id)
        let rows = database.tenant(path.id)
        let seats = try await TenantStore(rows: rows).entitlements(of: tenant.id)?.seats ?? 0
        guard var usage = try await TenantEditStore(rows: rows).usage(of: tenant.id, seats: seats) else {
            throw Failure(.notFound)
        }
        usage.calls = await context.ask(calls, "/internal/calls/usage", of: tenant.id)
        return OK(usage)
    }

    private func find(_ id: TenantID) async throws -> Tenant {
        guard id != .platform, let tenant = try await TenantStore(rows: database.tenant(id)).find(id) else {
            throw Failure(.notFound)
        }
        return tenant
    }

    private func answer(_ id: TenantID) async throws -> OK<TenancyAPI.Tenant> {
        let tenant = try await find(id)
        return OK(try await wire(tenant), version: tenant.version)
    }

    private func wire(_ tenant: Tenant) async throws -> TenancyAPI.Tenant {
        let entitlements = try await TenantStore(rows: database.tenant(tenant.id)).entitlements(of: tenant.id)
        return tenant.wire(entitlements ?? .seed(for: tenant.plan))
    }
}

extension TenancyAPI.Limits {
    /// Nothing below nothing, and nothing that the gateway could not count.
    fileprivate var faults: [FieldError] {
        let bound: Int64 = 1_000_000_000
        let small: [(String, Int64?)] = [
            ("seats", seats.map(Int64.init)), ("requests_per_second", requestsPerSecond.map(Int64.init)),
            ("burst", burst.map(Int64.init)), ("concurrency", concurrency.map(Int64.init)),
            ("minutes_per_month", minutesPerMonth.map(Int64.init)),
            // In units of 1 MiB the bound is a pebibyte.
            ("storage_bytes", storageBytes.map { $0 < 0 ? $0 : $0 >> 20 }),
        ]
        return small.compactMap { name, value in
            guard let value, !(0...bound).contains(value) else { return nil }
            return FieldError(pointer: "/limits/\(name)", code: "out_of_range", detail: "0 to \(bound) expected")
        }
    }
}
