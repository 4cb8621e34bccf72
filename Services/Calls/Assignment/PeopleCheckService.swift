import Models
import Postgres

/// Whether somebody who was named is one of the tenant's people.
///
/// Tenancy is asked only about those of whom it has not told.
struct PeopleCheck: Sendable {
    let people: PeopleDirectory
    let database: Database

    func isKnown(_ person: UserID, in tenant: TenantID) async throws -> Bool {
        if try await AgentStore(tenant: tenant).isKnown(person, database.tenant(tenant)) { return true }
        return try await people.find(person, tenant) != nil
    }

    /// 422 naming the fields whose people the tenant does not have.
    func require(_ named: [(pointer: String, person: UserID)], in tenant: TenantID) async throws {
        var unknown: Set<UserID> = []
        for person in Set(named.map(\.person)) where try await !isKnown(person, in: tenant) { unknown.insert(person) }
        let errors = named.filter { unknown.contains($0.person) }.map {
            FieldError(pointer: $0.pointer, code: "not_found", detail: "There is no such person.")
        }
        if !errors.isEmpty { throw Failure(.validationFailed, errors: errors) }
    }
}
