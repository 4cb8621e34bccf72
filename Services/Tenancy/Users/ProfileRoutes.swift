import Auth
import Models
import Postgres
import Web

/// What people see and change of themselves, and how they want to be told.
struct ProfileRoutes: Sendable {
    let database: Database

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.User> {
        let user = try await UserStore(rows: context.database(database)).find(
            try context.user.userID, in: context.tenant)
        guard let user else { throw Failure(.notFound) }
        return OK(try user.wire(), version: user.revision)
    }

    func update(
        _ context: RequestContext, _ match: IfMatch, _ body: Body<TenancyAPI.UpdateProfile>
    ) async throws -> OK<TenancyAPI.User> {
        let wanted = body.value
        let change = ProfileChange(
            name: wanted.name, phone: .init(wanted.phone), language: .init(wanted.language),
            timeZone: .init(wanted.timeZone), skills: wanted.skills, languages: wanted.languages)
        return try await UserEditRoutes(database: database).update(change, of: try context.user.userID, match, context)
    }

    func notifications(_ context: RequestContext) async throws -> OK<TenancyAPI.NotificationPreferences> {
        try await read(try context.user.userID, context)
    }

    func setNotifications(
        _ context: RequestContext, _ body: Body<TenancyAPI.SetNotificationPreferences>
    ) async throws -> OK<TenancyAPI.NotificationPreferences> {
        try await write(body.value, of: try context.user.userID, context)
    }

    func notifications(
        of context: RequestContext, _ path: PathID<UserID>
    ) async throws -> OK<TenancyAPI.NotificationPreferences> { try await read(path.id, context) }

    func setNotifications(
        of context: RequestContext, _ path: PathID<UserID>, _ body: Body<TenancyAPI.SetNotificationPreferences>
    ) async throws -> OK<TenancyAPI.NotificationPreferences> { try await write(body.value, of: path.id, context) }

    private func read(
        _ id: UserID, _ context: RequestContext
    ) async throws -> OK<TenancyAPI.NotificationPreferences> {
        let store = UserChangeStore(rows: context.database(database))
        guard let choices = try await store.notifications(of: id, in: context.tenant) else { throw Failure(.notFound) }
        return OK(choices.wire)
    }

    private func write(
        _ wanted: TenancyAPI.SetNotificationPreferences, of id: UserID, _ context: RequestContext
    ) async throws -> OK<TenancyAPI.NotificationPreferences> {
        let choices = try await UserEditLifeStore(database: context.database(database)).setNotifications(
            wanted.events.map { ($0.event, $0.channels) }, of: id, by: try context.caller,
            origin: try context.origin(), in: context.tenant)
        guard let choices else { throw Failure(.notFound) }
        return OK(choices.wire)
    }
}

extension NotificationChoices {
    var wire: TenancyAPI.NotificationPreferences {
        TenancyAPI.NotificationPreferences(
            events: NotificationEvent.allCases.map {
                .init(event: $0, channels: channels(for: $0), isStandard: channels[$0] == nil)
            })
    }
}
