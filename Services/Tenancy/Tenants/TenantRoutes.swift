import Crypto
import IO
import Models
import Postgres
import Web

/// The platform's tenants, for super admins.
struct TenantRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    enum Order: String, SortKey {
        case createdAt = "created_at"
        case lastActivityAt = "last_activity_at"
        case failingConnections = "failing_connections"
        case backlog, errors, cost

        static var standard: Sort<Order> { .descending(.createdAt) }

        /// Nil for what is sorted by time.
        fileprivate var figure: TenantFigureStore.Figure? {
            switch self {
            case .createdAt, .lastActivityAt: nil
            case .failingConnections: .failingConnections
            case .backlog: .backlog
            case .errors: .errors
            case .cost: .cost
            }
        }
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateTenant>
    ) async throws -> Created<TenancyAPI.CreatedTenant> {
        let wanted = body.value
        let draft = TenantDraft(
            name: wanted.name, subdomain: wanted.subdomain.label, plan: wanted.plan,
            phoneSystem: wanted.phoneSystem ?? .none,
            timeZone: wanted.timeZone?.name ?? context.settings[Settings.timeZone],
            country: wanted.country?.uppercased() ?? context.settings[Settings.country],
            language: wanted.language ?? context.settings[Settings.language])
        try await check(draft, context)
        let token = OpaqueToken.make(.invitation)
        let owner = TenantLifeStore.FirstOwner(
            invitation: .make(), email: wanted.owner.email, name: wanted.owner.name, digest: token.digest,
            expiresAt: .now() + Invitation.life)
        let entitlements = Entitlements.seed(for: wanted.plan)
        let url = links.url(of: token, subdomain: draft.subdomain)
        let letter = Letter.invitation(
            to: owner.email, name: owner.name, into: draft.name, language: draft.language, by: nil, url: url,
            expiresAt: owner.expiresAt)
        let made = try await TenantLifeStore(database: database.tenant(draft.id)).create(
            draft, entitlements: entitlements, owner: owner, letter: (letter, mail), origin: try context.origin())
        await waitUntilKnown(made.tenant.id, context)
        let answer = TenancyAPI.CreatedTenant(
            tenant: made.tenant.wire(entitlements),
            invitation: TenancyAPI.CreatedInvitation(
                id: owner.invitation, email: owner.email, role: .owner, token: token.reveal(),
                url: url, expiresAt: owner.expiresAt))
        return Created(answer, at: "/api/v1/platform/tenants/\(made.tenant.id)")
    }

    /// Whoever gets the answer may go to the tenant's host at once, so the change feed gets a moment to spread the word.
    private func waitUntilKnown(_ id: TenantID, _ context: RequestContext) async {
        for _ in 0..<50 {
            do { try await context.loop.sleep(for: .milliseconds(5)) } catch { return }
            if context.knowledge.tenant(id) != nil { return }
        }
    }

    private func check(_ draft: TenantDraft, _ context: RequestContext) async throws {
        var faults = draft.faults
        if draft.timeZone != TimeZoneName.utc.name,
            try await !TenantStore(rows: context.database(database)).knowsTimeZone(draft.timeZone)
        {
            faults.append(FieldError(pointer: "/time_zone", code: "not_allowed", detail: "unknown time zone"))
        }
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
    }

    func list(
        _ context: RequestContext, _ query: Query<TenantFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.Tenant>> {
        // The platform's own tenant is set; the functions behind these reads cross the wall and are called here alone.
        let tenants = TenantStore(rows: context.database(database))
        let found = try await page(query.value, paging, context)
        let activity = try await tenants.activity(of: found.map(\.id))
        let figures = try await TenantFigureStore(rows: context.database(database)).find(found.map(\.id))
        let bound = 10_000
        let total = try await tenants.count(query.value, bound: bound + 1)
        var entitlements: [TenantID: Entitlements] = [:]
        for tenant in found {
            entitlements[tenant.id] = context.knowledge.entitlements(of: tenant.id) ?? .seed(for: tenant.plan)
        }
        return OK(
            paging.page(
                found, total: min(total, bound), totalIsExact: total <= bound,
                position: { tenant in
                    if let figure = paging.sort.key.figure {
                        return CursorPosition(.int(figure.value(of: figures[tenant.id])), tenant.id)
                    }
                    let at = paging.sort.key == .createdAt ? nil : activity[tenant.id]
                    return CursorPosition(.timestamp(at ?? tenant.createdAt), tenant.id)
                }
            ) { tenant in
                tenant.wire(
                    entitlements[tenant.id] ?? .seed(for: tenant.plan), lastActivityAt: activity[tenant.id],
                    figures: figures[tenant.id])
            })
    }

    private func page(
        _ filter: TenantFilter, _ paging: Paging<Order>, _ context: RequestContext
    ) async throws -> [Tenant] {
        let rows = context.database(database)
        switch paging.sort.key {
        case .createdAt: return try await TenantStore(rows: rows).list(filter, RowPage(paging))
        case .lastActivityAt: return try await TenantStore(rows: rows).listByActivity(filter, RowPage(paging))
        case let key:
            guard let figure = key.figure else { throw Failure(.internal) }
            return try await TenantFigureStore(rows: rows).list(
                by: figure, filter, after: paging.after.flatMap { after in after.int.map { ($0, after.id) } },
                isDescending: paging.sort.isDescending, limit: paging.fetchLimit, offset: paging.offset)
        }
    }

    func get(_ context: RequestContext, _ path: PathID<TenantID>) async throws -> OK<TenancyAPI.Tenant> {
        let (tenant, version) = try await wire(path.id)
        return OK(tenant, version: version)
    }

    /// A new link for the first owner, whose own may be over: nobody in the tenant could make one.
    func inviteOwner(
        _ context: RequestContext, _ path: PathID<TenantID>, _ body: Body<TenancyAPI.ResendInvitation>
    ) async throws -> OK<TenancyAPI.CreatedInvitation> {
        let rows = database.tenant(path.id)
        guard path.id != .platform, let tenant = try await TenantStore(rows: rows).find(path.id) else {
            throw Failure(.notFound)
        }
        guard try await UserChangeStore(rows: rows).hasNoOwner(in: tenant.id),
            let invitation = try await InvitationStore(rows: rows).ownersInvitation(in: tenant.id)
        else { throw Failure(.conflict, "The tenant has an owner, or nobody was invited.") }
        let token = OpaqueToken.make(.invitation)
        let url = links.url(of: token, subdomain: tenant.subdomain)
        let life = body.value.expiresInDays.map { Duration.seconds(Int64($0) * 86_400) } ?? Invitation.life
        let expiresAt = Timestamp.now() + life
        let isMailed = body.value.delivery != .link
        let renewed = try await InvitationLifeStore(database: rows).renew(
            invitation.id, digest: token.digest, expiresAt: expiresAt, by: try context.caller,
            letter: { invitation in
                guard isMailed else { return nil }
                return .invitation(
                    to: try EmailAddress(jsonText: invitation.email), name: invitation.name, into: tenant, by: nil,
                    url: url, expiresAt: expiresAt)
            }, mail: mail, origin: try context.origin(), in: tenant.id)
        guard let renewed else { throw Failure(.notFound) }
        return OK(try renewed.created(token, url: url)).with(header: "Cache-Control", "no-store")
    }

    func suspend(_ context: RequestContext, _ path: PathID<TenantID>) async throws -> OK<TenancyAPI.Tenant> {
        try await RecentSignIn.check(context, context.database(database))
        return try await move(path.id) { try await $0.suspend(path.id, origin: try context.origin()) }
    }

    func resume(_ context: RequestContext, _ path: PathID<TenantID>) async throws -> OK<TenancyAPI.Tenant> {
        try await move(path.id) { try await $0.resume(path.id, origin: try context.origin()) }
    }

    /// Asked for again, a step that has been taken answers the same.
    private func move(
        _ id: TenantID, _ step: (TenantLifeStore) async throws -> Tenant?
    ) async throws -> OK<TenancyAPI.Tenant> {
        guard id != .platform else { throw Failure(.conflict, "The platform itself cannot be suspended.") }
        _ = try await step(TenantLifeStore(database: database.tenant(id)))
        let (tenant, version) = try await wire(id)
        return OK(tenant, version: version)
    }

    private func wire(_ id: TenantID) async throws -> (TenancyAPI.Tenant, version: Int64) {
        let tenants = TenantStore(rows: database.tenant(id))
        guard id != .platform, let tenant = try await tenants.find(id) else { throw Failure(.notFound) }
        // The platform's own tenant is set where this is asked, as for lists.
        let activity = try await TenantStore(rows: database.tenant(.platform)).activity(of: [id])
        let figures = try await TenantFigureStore(rows: database.tenant(.platform)).find([id])
        let entitlements = try await tenants.entitlements(of: id) ?? .seed(for: tenant.plan)
        return (tenant.wire(entitlements, lastActivityAt: activity[id], figures: figures[id]), tenant.version)
    }
}

extension Tenant {
    func wire(
        _ entitlements: Entitlements, lastActivityAt: Timestamp? = nil, figures: TenancyAPI.TenantFigures? = nil
    ) -> TenancyAPI.Tenant {
        TenancyAPI.Tenant(
            id: id, name: name, subdomain: subdomain, plan: plan, phoneSystem: phoneSystem, status: status,
            timeZone: TimeZoneName(unchecked: timeZone), country: country, language: language,
            entitlements: entitlements,
            createdAt: createdAt, updatedAt: updatedAt, suspendedAt: suspendedAt, deleteAfter: deleteAfter,
            notes: notes,
            lastActivityAt: lastActivityAt, figures: figures)
    }
}
