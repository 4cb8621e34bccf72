import Auth
import Crypto
import JSON
import Models
import Postgres
import Web

/// Lets a person in who has shown who they are, by whatever method: opens the session and gives its tokens.
struct SignInService: Sendable {
    /// A session that has just been opened.
    struct Opened: Sendable {
        let session: SessionID
        let refresh: OpaqueToken
    }

    let database: Database
    let tokens: AccessTokens

    /// The owner of a suspended tenant can still come in, to pay and to take the data out.
    func checkSuspension(_ user: User, _ context: RequestContext) throws(Failure) {
        guard isSuspended(context), user.role != .owner else { return }
        throw Failure(.tenantSuspended)
    }

    func isSuspended(_ context: RequestContext) -> Bool {
        context.knowledge.tenant(context.tenant)?.status == .suspended
    }

    /// Opens a session; `alongside` runs first in its transaction, and what it throws leaves nothing behind.
    ///
    /// 403 for whoever has to come in by the company's provider and does not. The person has shown who they are just
    /// now, or at `authenticatedAt` in seconds since 1970.
    func open(
        _ user: User, by method: SignInMethod, subject: [UInt8], authenticatedAt: Int64? = nil, isCookie: Bool,
        _ context: RequestContext,
        _ headers: RequestHeaders,
        alongside: (Transaction) async throws -> Void = { _ in }
    ) async throws -> Opened {
        try checkSuspension(user, context)
        let opened = Opened(session: .make(), refresh: .make(.refresh))
        var origin = context.anonymousOrigin
        origin.actor = .user(user.id, impersonator: nil)
        try await SignInStore(database: context.database(database)).open(
            opened.session, of: user, by: method, digest: opened.refresh.digest, subject: subject,
            expiresAt: .now() + RefreshToken.life, device: Device(context, headers, isCookie: isCookie),
            origin: origin,
            authenticatedAt: authenticatedAt
        ) { rows in
            try await alongside(rows)
            guard method != .singleSignOn else { return }
            try await SingleSignOnStore(rows: rows).checkOtherWay(user.role, in: user.tenantID)
        }
        return opened
    }

    /// The answer with the tokens of a session, the refresh token as a cookie if that is wanted.
    func answer(
        _ user: User, _ session: SessionID, _ refresh: OpaqueToken?, asCookie: Bool, _ context: RequestContext
    ) throws -> OK<TenancyAPI.SignedIn> {
        let signedIn = TenancyAPI.SignedIn(
            accessToken: try tokens.issue(for: user, session: session),
            expiresIn: Int(TokenClaims.Life.user.components.seconds), refreshToken: asCookie ? nil : refresh?.reveal(),
            user: try user.wire())
        let ok = OK(signedIn).with(header: "Cache-Control", "no-store")
        guard asCookie, let refresh else { return ok }
        return ok.with(header: "Set-Cookie", RefreshCookie.set(refresh.reveal(), context))
    }
}
