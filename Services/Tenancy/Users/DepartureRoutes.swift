import Auth
import Crypto
import Models
import Postgres
import Web

/// Keeping people out, letting them in again, and links to a new password.
struct DepartureRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    let mail: MailQueue

    func deactivate(
        _ context: RequestContext, _ path: PathID<UserID>, _ body: Body<TenancyAPI.DeactivateUser>
    ) async throws -> OK<TenancyAPI.User> {
        let departure = DepartureLifeStore.Departure(
            heir: body.value.handOverTo, endsKeys: body.value.revokeAPIKeys ?? false)
        try await RecentSignIn.checkPerson(context, context.database(database))
        return try await answer {
            try await life(context).deactivate(
                path.id, departure, by: try context.caller, origin: try context.origin(), in: context.tenant)
        }
    }

    func reactivate(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<TenancyAPI.User> {
        try await answer {
            try await life(context).reactivate(
                path.id, by: try context.caller, origin: try context.origin(), in: context.tenant)
        }
    }

    func delete(_ context: RequestContext, _ path: PathID<UserID>, _ match: IfMatch) async throws -> NoContent {
        try await RecentSignIn.checkPerson(context, context.database(database))
        let isDeleted = try await life(context).delete(
            path.id, revision: match.version, by: try context.caller, origin: try context.origin(),
            in: context.tenant)
        guard isDeleted else { throw Failure(.notFound) }
        return NoContent()
    }

    func restore(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<TenancyAPI.User> {
        try await answer {
            try await life(context).restore(
                path.id, by: try context.caller, origin: try context.origin(), in: context.tenant)
        }
    }

    /// Mails the link to the person, or shows it once for a person without mail.
    func createPasswordReset(
        _ context: RequestContext, _ path: PathID<UserID>, _ body: Body<TenancyAPI.CreatePasswordReset>
    ) async throws -> OK<TenancyAPI.CreatedPasswordReset> {
        let rows = context.database(database)
        try await RecentSignIn.checkPerson(context, rows)
        let delivery = body.value.delivery ?? .mail
        let made = try await PasswordLinkLifeStore(database: rows).create(
            for: path.id, delivery, by: try context.caller, links: links, mail: mail, origin: try context.origin(),
            in: context.tenant)
        guard let made else { throw Failure(.notFound) }
        return OK(TenancyAPI.CreatedPasswordReset(url: delivery == .link ? made.url : nil, expiresAt: made.expiresAt))
            .with(header: "Cache-Control", "no-store")
    }

    private func life(_ context: RequestContext) -> DepartureLifeStore {
        DepartureLifeStore(database: context.database(database))
    }

    private func answer(_ deed: () async throws -> User?) async throws -> OK<TenancyAPI.User> {
        guard let user = try await deed() else { throw Failure(.notFound) }
        return OK(try user.wire(), version: user.revision)
    }
}
