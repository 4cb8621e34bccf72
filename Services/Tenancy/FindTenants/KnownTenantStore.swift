import Models
import Postgres

/// Which tenants an address can sign in at; told to that address and to nobody else.
struct KnownTenantStore {
    struct Known: PostgresRowDecodable, Sendable {
        let name: String
        let subdomain: String
        /// The person's own there, or the tenant's.
        let language: String

        init(row: inout RowReader) throws(PostgresError) {
            name = try row.next(String.self)
            subdomain = try row.next(String.self)
            language = try row.next(String.self)
        }
    }

    /// The platform's.
    let rows: any SQLExecutor

    /// The one that was used last comes first.
    func list(of email: EmailAddress) async throws -> [Known] {
        try await rows.query(
            "SELECT name, subdomain, language FROM platform_tenants_of_address(\(email.normalised))", as: Known.self)
    }
}
