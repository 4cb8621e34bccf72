import Auth
import Crypto
import Jobs
import Models
import Postgres
import Web

/// A person's password: changed with the old one, or by a link to their address.
struct PasswordRoutes: Sendable {
    let database: Database
    let tokens: AccessTokens
    let passwords: Passwords
    let mail: MailQueue

    /// Answers the same, after the same work, whether the account exists: the job alone looks.
    func requestReset(
        _ context: RequestContext, _ body: Body<TenancyAPI.RequestPasswordReset>
    ) async throws -> NoContent {
        try await context.database(database).transaction { rows in
            _ = try await JobQueue(rows).enqueue(
                StartPasswordResetJob(email: body.value.email, address: context.clientAddress))
        }
        return NoContent()
    }

    /// Ends every other session; the answer has a token of the user's new version.
    func change(
        _ context: RequestContext, _ body: Body<TenancyAPI.ChangePassword>
    ) async throws -> OK<TenancyAPI.SignedIn> {
        let user = try context.user
        let found = try await check(body.value.currentPassword, context)
        let hash = try await passwords.hash(
            chosen: body.value.password, account: [found.email, found.name, context.host])
        let changed = try await PasswordLifeStore(database: context.database(database)).change(
            of: found, to: hash, keeping: user.sessionID, mail: mail, origin: try context.origin())
        return OK(
            TenancyAPI.SignedIn(
                accessToken: try tokens.issue(for: changed, session: user.sessionID),
                expiresIn: Int(TokenClaims.Life.user.components.seconds), refreshToken: nil, user: try changed.wire())
        ).with(header: "Cache-Control", "no-store")
    }

    func reauthenticate(
        _ context: RequestContext, _ body: Body<TenancyAPI.Reauthenticate>
    ) async throws -> NoContent {
        let user = try context.user
        _ = try await check(body.value.password, context)
        let rows = context.database(database)
        guard try await SessionStore(rows: rows).authenticate(user.sessionID, of: user.userID, in: context.tenant)
        else { throw Failure(.invalidToken) }
        return NoContent()
    }

    /// The user, if the password is theirs; failures are counted like those of signing in.
    private func check(_ password: String, _ context: RequestContext) async throws -> User {
        let rows = context.database(database)
        let tenant = context.tenant
        guard let user = try await UserStore(rows: rows).find(try context.user.userID, in: tenant) else {
            throw Failure(.invalidToken)
        }
        let email = try EmailAddress(jsonText: user.email)
        let subject = Lockout.subject(email, address: context.clientAddress)
        try await AttemptStore(rows: rows).check(subject: subject, in: tenant)
        let found = try await UserStore(rows: rows).credentials(email: email, in: tenant)
        guard try await passwords.check(password, against: found?.passwordHash) != .differs else {
            try await SignInStore(database: rows).noteFailure(
                subject: subject, origin: try context.origin(), in: tenant)
            throw Failure(.invalidCredentials)
        }
        return user
    }
}
