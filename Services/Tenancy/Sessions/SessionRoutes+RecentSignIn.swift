import Auth
import Models
import Postgres
import Web

/// Before what is dangerous a person shows once more who they are; that holds for ten minutes in their session.
enum RecentSignIn {
    static let life = Duration.seconds(600)

    /// Throws 403 `reauthentication_required` when the person's last proof is older.
    static func check(_ context: RequestContext, _ rows: any SQLExecutor) async throws {
        let user = try context.user
        let isRecent = try await SessionStore(rows: rows).isAuthenticated(
            user.sessionID, of: user.userID, within: life, in: context.tenant)
        guard isRecent else { throw Failure(.reauthenticationRequired) }
    }

    /// The same where programs and people in another's place may come too: a program has nothing to show, and the latter
    /// have shown who they are for the link that they came by, half an hour ago at most.
    static func checkPerson(_ context: RequestContext, _ rows: any SQLExecutor) async throws {
        guard let user = context.principal?.user, user.impersonator == nil else { return }
        try await check(context, rows)
    }
}
