import Models
import Postgres
import Web

/// Who works in a tenant, for services that assign work or tell people something.
struct DirectoryRoutes: Sendable {
    /// A tenant of the largest plan has a thousand seats.
    private static let mostPeople = 1_000

    let database: Database

    /// What a service looks for.
    struct Wanted: Codable, Sendable {
        var role: [Role]?
        var skill: String?
        var language: String?
        var zip: String?
    }

    /// Active people alone.
    func list(_ context: RequestContext, _ query: Query<Wanted>) async throws -> OK<InternalAPI.People> {
        let wanted = query.value
        let filter = UserFilter(
            role: wanted.role, status: .active, skill: wanted.skill, language: wanted.language, zip: wanted.zip)
        let found = try await DirectoryStore(rows: context.database(database)).list(
            filter, limit: Self.mostPeople, in: context.tenant)
        return OK(InternalAPI.People(people: try found.map { try $0.wire() }))
    }

    /// Also somebody who is deactivated, whose name stands on past work.
    func get(_ context: RequestContext, _ path: PathID<UserID>) async throws -> OK<InternalAPI.Person> {
        let found = try await DirectoryStore(rows: context.database(database)).find(path.id, in: context.tenant)
        guard let found else { throw Failure(.notFound) }
        return OK(try found.wire())
    }
}

extension DirectoryEntry {
    fileprivate func wire() throws -> InternalAPI.Person {
        InternalAPI.Person(
            id: user.id, name: user.name, email: try EmailAddress(jsonText: user.email), phone: user.phone,
            role: user.role, status: user.status, language: user.language ?? tenantLanguage,
            timeZone: TimeZoneName(unchecked: user.timeZone ?? tenantTimeZone), territory: user.territory,
            skills: user.skills, languages: user.languages,
            notifications: NotificationEvent.allCases.map {
                .init(event: $0, channels: choices.reaching($0, hasPhone: user.phone != nil))
            })
    }
}
