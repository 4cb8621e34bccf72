import Clients
import Models

/// Who works in a tenant, as tenancy knows.
struct PeopleDirectory: Sendable {
    /// Nil for somebody whom the tenant does not have.
    var find: @Sendable (UserID, TenantID) async throws -> InternalAPI.Person?

    /// Knows nobody.
    static let empty = PeopleDirectory { _, _ in nil }

    /// Asks tenancy.
    static func asking(_ tenancy: ServiceClient) -> PeopleDirectory {
        PeopleDirectory { person, tenant in
            do {
                return try await tenancy.get(
                    "/internal/users/\(person)", as: InternalAPI.Person.self, scope: ServiceClient.Scope(tenant: tenant)
                )
            } catch let error as Failure where error.code == .notFound {
                return nil
            }
        }
    }
}
