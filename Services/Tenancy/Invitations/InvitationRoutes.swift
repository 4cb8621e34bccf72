import Auth
import Crypto
import Models
import Postgres
import Web

/// Invitations of a tenant's people.
struct InvitationRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    func create(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreateInvitation>
    ) async throws -> Created<TenancyAPI.CreatedInvitation> {
        let wanted = body.value
        guard Role.ofTenants.contains(wanted.role) else {
            throw Failure.invalid("/role", "not_allowed", "owner, admin or agent expected")
        }
        // An owner is made by an owner: an admin could otherwise raise themselves by a second address.
        if wanted.role == .owner, context.principal?.user?.role != .owner {
            throw Failure(.forbidden, "Only an owner can invite an owner.")
        }
        let token = OpaqueToken.make(.invitation)
        let creator = context.principal?.user?.userID
        let subdomain = context.knowledge.tenant(context.tenant)?.subdomain ?? ""
        let url = links.url(of: token, subdomain: subdomain)
        let expiresAt = Self.expiry(wanted.expiresInDays)
        let rows = context.database(database)
        var letter: Letter?
        if wanted.delivery != .link {
            letter = .invitation(
                to: wanted.email, name: wanted.name, into: try await TenantStore(rows: rows).find(context.tenant),
                by: try await inviter(creator, context), url: url, expiresAt: expiresAt)
        }
        let made = try await InvitationLifeStore(database: rows).create(
            .make(), email: wanted.email, name: wanted.name, role: wanted.role, digest: token.digest,
            createdBy: creator,
            expiresAt: expiresAt, letter: letter, mail: mail, origin: try context.origin(), in: context.tenant)
        return Created(
            TenancyAPI.CreatedInvitation(
                id: made.id, email: wanted.email, role: made.role, token: token.reveal(),
                url: url, expiresAt: made.expiresAt),
            at: "/api/v1/invitations/\(made.id)")
    }

    private static func expiry(_ days: Int?) -> Timestamp {
        .now() + (days.map { .seconds(Int64($0) * 86_400) } ?? Invitation.life)
    }

    /// A new link for the same person; the answer shows it, so that it can be copied.
    func resend(
        _ context: RequestContext, _ path: PathID<InvitationID>, _ body: Body<TenancyAPI.ResendInvitation>
    ) async throws -> OK<TenancyAPI.CreatedInvitation> {
        let token = OpaqueToken.make(.invitation)
        let rows = context.database(database)
        let url = links.url(of: token, subdomain: context.knowledge.tenant(context.tenant)?.subdomain ?? "")
        let expiresAt = Self.expiry(body.value.expiresInDays)
        let place = try await TenantStore(rows: rows).find(context.tenant)
        let inviter = try await inviter(context.principal?.user?.userID, context)
        let isMailed = body.value.delivery != .link
        let renewed = try await InvitationLifeStore(database: rows).renew(
            path.id, digest: token.digest, expiresAt: expiresAt, by: try context.caller,
            letter: { invitation in
                guard isMailed else { return nil }
                return .invitation(
                    to: try EmailAddress(jsonText: invitation.email), name: invitation.name, into: place, by: inviter,
                    url: url, expiresAt: expiresAt)
            }, mail: mail, origin: try context.origin(), in: context.tenant)
        guard let renewed else { throw Failure(.notFound) }
        return OK(try renewed.created(token, url: url)).with(header: "Cache-Control", "no-store")
    }

    func get(_ context: RequestContext, _ path: PathID<InvitationID>) async throws -> OK<TenancyAPI.Invitation> {
        let found = try await InvitationStore(rows: context.database(database)).find(path.id, in: context.tenant)
        guard let found else { throw Failure(.notFound) }
        return OK(try found.wire())
    }

    private func inviter(_ id: UserID?, _ context: RequestContext) async throws -> String? {
        guard let id else { return nil }
        return try await UserStore(rows: context.database(database)).find(id, in: context.tenant)?.name
    }

    func list(
        _ context: RequestContext, _ query: Query<InvitationFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.Invitation>> {
        let store = InvitationStore(rows: context.database(database))
        let found = try await store.list(query.value, RowPage(paging), in: context.tenant)
        let total = try await store.count(query.value, bound: 10_001, in: context.tenant)
        return OK(
            try paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { try $0.wire() })
    }

    func revoke(_ context: RequestContext, _ path: PathID<InvitationID>) async throws -> NoContent {
        let revoked = try await InvitationLifeStore(database: context.database(database)).revoke(
            path.id, by: try context.caller, origin: try context.origin(), in: context.tenant)
        guard revoked else { throw Failure(.notFound) }
        return NoContent()
    }
}

extension Invitation {
    func wire() throws -> TenancyAPI.Invitation {
        TenancyAPI.Invitation(
            id: id, email: try EmailAddress(jsonText: email), name: name, role: role,
            status: status(at: .now()), letter: letter, letterError: undeliveredCode, createdAt: createdAt,
            sentAt: sentAt, expiresAt: expiresAt,
            acceptedAt: acceptedAt, revokedAt: revokedAt)
    }

    /// The answer that shows the link, once.
    func created(_ token: OpaqueToken, url: String) throws -> TenancyAPI.CreatedInvitation {
        TenancyAPI.CreatedInvitation(
            id: id, email: try EmailAddress(jsonText: email), role: role, token: token.reveal(), url: url,
            expiresAt: expiresAt)
    }
}
