import Auth
import Crypto
import Models
import Postgres
import Web

/// A person's address: whether it is theirs, and how another one takes its place.
struct EmailRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.EmailState> {
        let rows = context.database(database)
        guard let user = try await UserStore(rows: rows).find(try context.user.userID, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return OK(try await state(of: user, rows))
    }

    func startVerification(_ context: RequestContext) async throws -> NoContent {
        try await life(context).startVerification(of: try context.user.userID, in: context.tenant)
        return NoContent()
    }

    func startChange(_ context: RequestContext, _ body: Body<TenancyAPI.ChangeEmail>) async throws -> NoContent {
        try await RecentSignIn.check(context, context.database(database))
        try await life(context).startChange(
            of: try context.user.userID, to: body.value.email, origin: try context.origin(), in: context.tenant)
        return NoContent()
    }

    func withdraw(_ context: RequestContext) async throws -> NoContent {
        let isWithdrawn = try await life(context).withdraw(
            of: try context.user.userID, origin: try context.origin(), in: context.tenant)
        guard isWithdrawn else { throw Failure(.notFound) }
        return NoContent()
    }

    /// Whoever holds the link need not be signed in: a letter is often read on another device.
    func confirm(
        _ context: RequestContext, _ body: Body<TenancyAPI.ConfirmEmail>
    ) async throws -> OK<TenancyAPI.EmailState> {
        guard let token = OpaqueToken(body.value.token, kind: .emailVerification),
            let user = try await life(context).confirm(
                digest: token.digest, origin: context.anonymousOrigin, in: context.tenant)
        else { throw Failure(.invalidInvitation) }
        return OK(try await state(of: user, context.database(database)))
    }

    private func state(of user: User, _ rows: TenantDatabase) async throws -> TenancyAPI.EmailState {
        let pending = try await EmailTokenStore(rows: rows).pending(.change, of: user.id, in: user.tenantID)
        return TenancyAPI.EmailState(
            email: try EmailAddress(jsonText: user.email), verifiedAt: user.emailVerifiedAt,
            pending: try pending.map {
                .init(email: try EmailAddress(jsonText: $0.email), expiresAt: $0.expiresAt)
            })
    }

    private func life(_ context: RequestContext) -> EmailLifeStore {
        EmailLifeStore(database: context.database(database), mail: mail, links: links)
    }
}
