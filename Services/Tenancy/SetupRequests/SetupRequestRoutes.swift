import Crypto
import Models
import Postgres
import Web

/// Asking for an account, in public, and deciding about it.
struct SetupRequestRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    /// Answers the same whether a letter is sent; a name that is taken shows when the request is decided.
    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateSetupRequest>
    ) async throws -> NoContent {
        let faults = TenantDraft.faults(country: nil, language: body.value.language)
        guard faults.isEmpty else { throw Failure(.validationFailed, errors: faults) }
        try await life(context).create(body.value)
        return NoContent()
    }

    func confirm(
        _ context: RequestContext, _ body: Body<TenancyAPI.ConfirmSetupRequest>
    ) async throws -> NoContent {
        guard let token = OpaqueToken(body.value.token, kind: .emailVerification),
            try await life(context).confirm(digest: token.digest, origin: context.anonymousOrigin)
        else { throw Failure(.invalidInvitation) }
        return NoContent()
    }

    func list(
        _ context: RequestContext, _ query: Query<SetupRequestFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.SetupRequest>> {
        let store = SetupRequestStore(rows: context.database(database))
        let found = try await store.list(query.value, RowPage(paging))
        let total = try await store.count(query.value, bound: 10_001)
        return OK(
            try paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { try $0.wire() })
    }

    func get(
        _ context: RequestContext, _ path: PathID<SetupRequestID>
    ) async throws -> OK<TenancyAPI.SetupRequest> {
        OK(try await find(path.id, context).wire())
    }

    /// Makes the tenant and settles the request in one transaction; the letter brings the owner's link.
    func approve(
        _ context: RequestContext, _ path: PathID<SetupRequestID>, _ body: Body<TenancyAPI.ApproveSetupRequest>
    ) async throws -> OK<TenancyAPI.SetupRequest> {
        let request = try await find(path.id, context)
        guard request.status == .open else { throw Failure(.conflict, "The request is not open.") }
        let subdomain = try body.value.subdomain ?? Subdomain(jsonText: request.subdomain)
        let plan = body.value.plan ?? request.plan
        let draft = TenantDraft(
            name: request.company, subdomain: subdomain.label, plan: plan, phoneSystem: request.phoneSystem,
            timeZone: context.settings[Settings.timeZone], country: context.settings[Settings.country],
            language: request.language)
        let token = OpaqueToken.make(.invitation)
        let owner = TenantLifeStore.FirstOwner(
            invitation: .make(), email: try EmailAddress(jsonText: request.email), name: request.name,
            digest: token.digest, expiresAt: .now() + Invitation.life)
        let letter = Letter(
            kind: .setupApproved, to: owner.email, toName: owner.name, language: request.language,
            values: ["company": request.company, "expires": String(owner.expiresAt.jsonText.prefix(10))],
            url: links.url(of: token, subdomain: draft.subdomain))
        _ = try await TenantLifeStore(database: database.tenant(draft.id)).create(
            draft, entitlements: .seed(for: plan), owner: owner, letter: (letter, mail), approving: request.id,
            origin: try context.origin())
        return OK(try await find(path.id, context).wire())
    }

    func refuse(
        _ context: RequestContext, _ path: PathID<SetupRequestID>, _ body: Body<TenancyAPI.RefuseSetupRequest>
    ) async throws -> OK<TenancyAPI.SetupRequest> {
        _ = try await find(path.id, context)
        let refused = try await life(context).refuse(
            path.id, reason: body.value.reason, origin: try context.origin())
        guard let refused else { throw Failure(.conflict, "The request is not open.") }
        return OK(try refused.wire())
    }

    /// Requests are of the platform; at a tenant's host there are none.
    private func life(_ context: RequestContext) throws(Failure) -> SetupRequestLifeStore {
        guard context.tenant == .platform else { throw Failure(.notFound) }
        return SetupRequestLifeStore(database: context.database(database), mail: mail, links: links)
    }

    private func find(_ id: SetupRequestID, _ context: RequestContext) async throws -> SetupRequest {
        guard let found = try await SetupRequestStore(rows: context.database(database)).find(id) else {
            throw Failure(.notFound)
        }
        return found
    }
}
