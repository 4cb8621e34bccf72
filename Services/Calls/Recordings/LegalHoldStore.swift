package import Models
package import Postgres

/// Legal holds: what is held is not removed, whatever retention, bin or erasure say.
struct LegalHoldStore: Sendable {
    let database: Database

    /// Holds a call; one that is held already gets no second hold, and nil says that there is no such call.
    func hold(
        _ call: CallID, reason: String, by person: UserID?, reach: CallReach, in tenant: TenantID
    ) async throws -> CallsAPI.LegalHold? {
        try await database.tenant(tenant).transaction { transaction in
            let held = try await transaction.execute(
                """
                UPDATE calls SET legal_hold = true, updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(call)\(reach.condition)
                """)
            guard held > 0 else { return nil }
            return try await transaction.first(
                """
                WITH made AS (
                    INSERT INTO call_legal_holds (tenant_id, id, call_id, reason, held_by)
                    VALUES (\(tenant), \(LegalHoldID.make()), \(call), \(reason), \(person))
                    ON CONFLICT DO NOTHING RETURNING *
                )
                SELECT \(unescaped: CallsAPI.LegalHold.columns) FROM made
                UNION ALL
                SELECT \(unescaped: CallsAPI.LegalHold.columns) FROM call_legal_holds
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND released_at IS NULL LIMIT 1
                """, as: CallsAPI.LegalHold.self)
        }
    }

    /// Lets a call go; false when it was not held.
    func release(_ call: CallID, by person: UserID?, reach: CallReach, in tenant: TenantID) async throws -> Bool {
        try await database.tenant(tenant).transaction { transaction in
            let released = try await transaction.execute(
                """
                UPDATE calls SET legal_hold = false, updated_at = now(), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(call) AND legal_hold\(reach.condition)
                """)
            try await transaction.execute(
                """
                UPDATE call_legal_holds SET released_at = now(), released_by = \(person)
                WHERE tenant_id = \(tenant) AND call_id = \(call) AND released_at IS NULL AND \(released > 0)
                """)
            return released > 0
        }
    }

    func list(of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.LegalHold] {
        try await database.tenant(tenant).query(
            """
            SELECT \(unescaped: CallsAPI.LegalHold.columns) FROM call_legal_holds
            WHERE tenant_id = \(tenant) AND call_id = \(call) ORDER BY held_at DESC, id DESC LIMIT 100
            """, as: CallsAPI.LegalHold.self)
    }
}

extension CallsAPI.LegalHold: PostgresRowDecodable {
    static let columns: StaticString = "id, reason, held_by, held_at, released_by, released_at"

    package init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(LegalHoldID.self), reason: try row.next(String.self),
            heldBy: try row.next(UserID?.self), heldAt: try row.next(Timestamp.self),
            releasedBy: try row.next(UserID?.self), releasedAt: try row.next(Timestamp?.self))
    }
}
