import Auth
import Crypto
import HTTP
import Models
import Postgres
import Web

/// Signing in, staying signed in and signing out.
struct SignInRoutes: Sendable {
    let database: Database
    let tokens: AccessTokens
    let passwords: Passwords
    let factors: SecondFactors

    private var entry: SignInService { SignInService(database: database, tokens: tokens) }

    func login(
        _ context: RequestContext, _ body: Body<TenancyAPI.Login>, _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let wanted = body.value
        let rows = context.database(database)
        let tenant = context.tenant
        let subject = Lockout.subject(wanted.email, address: context.clientAddress)
        try await AttemptStore(rows: rows).check(subject: subject, in: tenant)
        let found = try await UserStore(rows: rows).credentials(email: wanted.email, in: tenant)
        let match = try await passwords.check(wanted.password, against: found?.passwordHash)
        guard let found, case .matches(let needsRehash) = match, found.user.status == .active else {
            try await SignInStore(database: rows).noteFailure(
                subject: subject, origin: context.anonymousOrigin, in: tenant)
            throw Failure(.invalidCredentials)
        }
        try await checkSecondFactor(wanted.code, of: found.user, subject, context)
        try entry.checkSuspension(found.user, context)
        if needsRehash, let old = found.passwordHash {
            try await strengthen(old, of: wanted.password, found.user)
        }
        let opened = try await entry.open(
            found.user, by: .password, subject: subject, isCookie: wanted.cookie ?? false, context, headers)
        return try entry.answer(
            found.user, opened.session, opened.refresh, asCookie: wanted.cookie ?? false, context)
    }

    /// A wrong code counts like a wrong password; asking for one that was left out does not.
    private func checkSecondFactor(
        _ code: String?, of user: User, _ subject: [UInt8], _ context: RequestContext
    ) async throws {
        let rows = context.database(database)
        switch try await factors.life(rows).accepts(code, of: user.id, in: context.tenant) {
        case true?: return
        case nil: throw Failure(.secondFactorRequired)
        case false?:
            try await SignInStore(database: rows).noteFailure(
                subject: subject, origin: context.anonymousOrigin, in: context.tenant)
            throw Failure(.invalidSecondFactor)
        }
    }

    /// Keeps a hash of today's strength in place of an imported one; at a busy moment the next sign-in does it.
    private func strengthen(_ old: String, of password: String, _ user: User) async throws {
        guard let new = try await passwords.hashIfIdle(password) else { return }
        try await UserStore(rows: database.tenant(user.tenantID)).replaceHash(
            old, with: new, of: user.id, in: user.tenantID)
    }

    func refresh(
        _ context: RequestContext, _ body: OptionalBody<TenancyAPI.Refresh>, _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let shown = body.value?.refreshToken
        let cookie = shown == nil ? try RefreshCookie.read(headers.headers, context) : nil
        guard let text = shown ?? cookie, let token = OpaqueToken(text, kind: .refresh) else {
            throw Failure(.invalidToken)
        }
        let successor = OpaqueToken.make(.refresh)
        let refreshed = try await SignInStore(database: context.database(database)).refresh(
            digest: token.digest, successor: successor.digest, expiresAt: .now() + RefreshToken.life,
            idle: context.sessionTimeout, isSuspended: entry.isSuspended(context), origin: context.anonymousOrigin,
            in: context.tenant)
        switch refreshed {
        case .refused: throw Failure(.invalidToken)
        case .reused: throw Failure(.refreshTokenReused)
        case .suspended: throw Failure(.tenantSuspended)
        case .renewed(let user, let session, let hasSuccessor):
            return try entry.answer(user, session, hasSuccessor ? successor : nil, asCookie: cookie != nil, context)
        }
    }

    func logout(_ context: RequestContext) async throws -> NoContent {
        let user = try context.user
        try await SignInStore(database: context.database(database)).signOut(
            user.sessionID, of: user.userID, origin: try context.origin(), in: context.tenant)
        return NoContent().with(header: "Set-Cookie", RefreshCookie.clear(context))
    }

    func accept(
        _ context: RequestContext, _ body: Body<TenancyAPI.AcceptInvitation>, _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let wanted = body.value
        return try await accept(
            wanted.token, name: wanted.name, password: wanted.password, asCookie: wanted.cookie ?? false, context,
            headers)
    }

    func acceptReset(
        _ context: RequestContext, _ body: Body<TenancyAPI.AcceptPasswordReset>, _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let wanted = body.value
        return try await accept(
            wanted.token, name: nil, password: wanted.password, asCookie: wanted.cookie ?? false, context, headers)
    }

    /// Uses a link up, sets the password and signs in; a link of an invitation needs the name.
    private func accept(
        _ text: String, name: String?, password: String, asCookie: Bool, _ context: RequestContext,
        _ headers: RequestHeaders
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let store = InvitationAcceptanceStore(database: context.database(database))
        guard let token = OpaqueToken(text),
            token.kind == .passwordReset || token.kind == .invitation && name != nil,
            let invitation = try await store.find(digest: token.digest, in: context.tenant)
        else { throw Failure(.invalidInvitation) }
        let account = [invitation.email, name ?? invitation.name ?? "", context.host]
        let hash = try await passwords.hash(chosen: password, account: account)
        let session = SessionID.make()
        let refresh = OpaqueToken.make(.refresh)
        let user = try await store.accept(
            digest: token.digest, name: name ?? "", passwordHash: hash, session: session,
            refreshDigest: refresh.digest,
            expiresAt: .now() + RefreshToken.life, device: Device(context, headers, isCookie: asCookie),
            origin: context.anonymousOrigin,
            in: context.tenant)
        guard let user else { throw Failure(.invalidInvitation) }
        return try entry.answer(user, session, refresh, asCookie: asCookie, context)
    }
}
