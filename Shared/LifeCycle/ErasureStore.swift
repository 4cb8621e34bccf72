import Models
package import Postgres

/// What is common to all services' databases when somebody is erased; its database has `LifeCycleMigrations`.
package struct ErasureStore: Sendable {
    /// How many rows one statement removes.
    private static let bound: Int32 = 5_000
    /// The longest that one statement over a tenant's rows may take.
    private static let patience = Duration.seconds(900)

    private let rows: TenantDatabase
    private let tenant: TenantID

    package init(_ database: TenantDatabase) {
        rows = database.within(Self.patience)
        tenant = database.tenant
    }

    /// Removes the tenant's rows from every table but some; how many of which.
    package func eraseTenant(keeping kept: [String] = []) async throws -> [String: Int] {
        var erased: [String: Int] = [:]
        while true {
            let removed = try await counts(
                "SELECT place, row_count FROM erase_tenant_rows(\(tenant.uuid), \(kept), \(Self.bound))")
            guard !removed.isEmpty else { return erased }
            erased.merge(removed, uniquingKeysWith: +)
        }
    }

    /// Removes waiting work, kept answers and events that name somebody, and makes the name unreadable elsewhere.
    package func erasePerson(_ pattern: String, keeping kept: [String] = []) async throws -> [String: Int] {
        let removed = try await counts(
            "SELECT place, row_count FROM remove_person_payloads(\(tenant.uuid), \(pattern))")
        let redacted = try await counts(
            """
            SELECT place, sum(row_count)::bigint FROM redact_person(\(tenant.uuid), \(pattern), \(kept)) GROUP BY place
            """)
        return removed.merging(redacted, uniquingKeysWith: +)
    }

    /// Where somebody is still named, as `table.column`.
    package func findPerson(_ pattern: String, keeping kept: [String] = []) async throws -> [String] {
        try await rows.values(
            "SELECT place || '.' || field FROM find_person(\(tenant.uuid), \(pattern), \(kept))", as: String.self)
    }

    private func counts(_ statement: SQL) async throws -> [String: Int] {
        let found = try await rows.query(statement) { row in
            (place: try row.next(String.self), count: try row.next(Int.self))
        }
        return Dictionary(found.map { ($0.place, $0.count) }, uniquingKeysWith: +)
    }
}
