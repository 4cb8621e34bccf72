import Auth
import Clients
import HTTP
import Models
import Postgres
import Web

/// Whether letters go out: said where people are invited, and tried out by super admins.
struct MailStateRoutes: Sendable {
    /// A mail server may greet slowly.
    private static let patience = Duration.seconds(60)

    let database: Database
    /// Nil where nobody is asked, as when routes are only described.
    let messaging: ServiceClient?

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.MailState> {
        guard let messaging else { throw Failure(.unavailable) }
        let state = try await messaging.get(
            "/internal/mail", as: InternalAPI.MailState.self, scope: .init(tenant: context.tenant))
        return OK(TenancyAPI.MailState(state))
    }

    /// Sends a letter to the one who asks, at once; the answer is the mail server's own.
    func test(_ context: RequestContext) async throws -> OK<TenancyAPI.MailState> {
        let (rows, id) = (context.database(database), try context.user.userID)
        guard let messaging, let user = try await UserStore(rows: rows).find(id, in: context.tenant),
            let mail = LetterTexts.mail(try .about(.mailTest, user, nil), id: .make())
        else { throw Failure(.unavailable) }
        let state = try await messaging.send(
            .post, "/internal/mail/test", mail, as: InternalAPI.MailState.self,
            scope: .init(tenant: context.tenant, deadline: Self.patience))
        return OK(TenancyAPI.MailState(state))
    }
}
