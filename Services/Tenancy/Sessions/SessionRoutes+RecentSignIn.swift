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
}
