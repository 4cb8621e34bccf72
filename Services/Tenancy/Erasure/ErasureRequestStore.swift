import FoundationEssentials
import JSON
import Models
import Postgres

/// The erasures' rows, with whom they are about and what the services have answered.
struct ErasureRequestStore {
    let rows: any SQLExecutor
    let owner: TenantID

    /// Writes an erasure down; nil when the same tenant is being erased already.
    func create(
        _ id: ErasureID, _ kind: ErasureKind, of tenant: TenantID, by user: UserID?, sealed: [UInt8]
    ) async throws -> Erasure? {
        let made = try await rows.first(
            """
            INSERT INTO erasures (tenant_id, id, kind, erased_tenant, requested_by)
            VALUES (\(owner), \(id), \(kind.rawValue), \(tenant), \(user)) ON CONFLICT DO NOTHING
            RETURNING \(unescaped: Erasure.columns)
            """, as: Erasure.self)
        guard let made else { return nil }
        try await rows.execute(
            "INSERT INTO erasure_targets (tenant_id, erasure_id, sealed) VALUES (\(owner), \(id), \(sealed))")
        return made
    }

    /// One erasure with its receipts.
    func find(_ id: ErasureID) async throws -> Erasure? {
        try await complete(
            rows.query(
                "SELECT \(unescaped: Erasure.columns) FROM erasures WHERE tenant_id = \(owner) AND id = \(id)",
                as: Erasure.self)
        ).first
    }

    /// Which of some erasures there are.
    func known(_ ids: [ErasureID]) async throws -> Set<ErasureID> {
        Set(
            try await rows.query("SELECT id FROM erasures WHERE tenant_id = \(owner) AND id = ANY (\(ids))") { row in
                try row.next(ErasureID.self)
            })
    }

    /// The same, locked to the end of the transaction: receipts come one after another.
    func lock(_ id: ErasureID) async throws -> Erasure? {
        try await complete(
            rows.query(
                """
                SELECT \(unescaped: Erasure.columns) FROM erasures
                WHERE tenant_id = \(owner) AND id = \(id) AND finished_at IS NULL FOR UPDATE
                """, as: Erasure.self)
        ).first
    }

    /// A page of erasures.
    func list(_ page: RowPage) async throws -> [Erasure] {
        try await complete(
            rows.query(
                """
                SELECT \(unescaped: Erasure.columns) FROM erasures
                WHERE tenant_id = \(owner) AND (requested_at, id) \(unescaped: page.beyond) (\(page.at), \(page.id))
                ORDER BY requested_at \(unescaped: page.direction), id \(unescaped: page.direction)
                LIMIT \(page.limit) OFFSET \(page.offset)
                """, as: Erasure.self))
    }

    func count(bound: Int) async throws -> Int {
        try await rows.value(
            "SELECT count(*) FROM (SELECT 1 FROM erasures WHERE tenant_id = \(owner) LIMIT \(bound)) AS counted",
            as: Int.self) ?? 0
    }

    private func complete(_ found: [Erasure]) async throws -> [Erasure] {
        guard !found.isEmpty else { return [] }
        let receipts = try await rows.query(
            """
            SELECT erasure_id, service, received_at, erased, held FROM erasure_receipts
            WHERE tenant_id = \(owner) AND erasure_id = ANY (\(found.map(\.id))) ORDER BY service
            """, as: ErasureReceiptRow.self)
        let byErasure = Dictionary(grouping: receipts, by: \.erasure)
        return try found.map { erasure in
            var erasure = erasure
            erasure.receipts = try byErasure[erasure.id, default: []].map { try $0.wire() }
            return erasure
        }
    }

    /// What an open erasure is about, encrypted.
    func target(of id: ErasureID) async throws -> [UInt8]? {
        try await rows.value(
            "SELECT sealed FROM erasure_targets WHERE tenant_id = \(owner) AND erasure_id = \(id)")
    }

    /// Keeps what a service has said; figures of the same service add up.
    func keep(_ receipt: TenancyAPI.ErasureReceipt, of id: ErasureID) async throws {
        let erased = try JSONText(encoding: receipt.erased)
        try await rows.execute(
            """
            INSERT INTO erasure_receipts (tenant_id, erasure_id, service, erased, held)
            VALUES (\(owner), \(id), \(receipt.service.rawValue), \(erased), \(receipt.held))
            ON CONFLICT ON CONSTRAINT erasure_receipts_pkey DO UPDATE
            SET erased = excluded.erased, held = excluded.held, received_at = now()
            """)
    }

    /// Notes that the services are asked again.
    func noteAsked(_ id: ErasureID) async throws {
        try await rows.execute("UPDATE erasures SET asked_at = now() WHERE tenant_id = \(owner) AND id = \(id)")
    }

    /// Ends an erasure, and forgets whom it was about.
    func finish(_ id: ErasureID) async throws {
        try await rows.execute(
            "UPDATE erasures SET finished_at = now() WHERE tenant_id = \(owner) AND id = \(id)")
        try await rows.execute("DELETE FROM erasure_targets WHERE tenant_id = \(owner) AND erasure_id = \(id)")
    }

    /// Erasures of any tenant that were asked for before an instant and are not over.
    static func overdue(
        before instant: Timestamp, limit: Int32, in rows: any SQLExecutor
    ) async throws -> [(owner: TenantID, id: ErasureID)] {
        try await rows.query("SELECT owner, id FROM platform_overdue_erasures(\(instant), \(limit))") { row in
            (owner: try row.next(TenantID.self), id: try row.next(ErasureID.self))
        }
    }

    /// Deleted tenants whose grace period is over.
    static func dueTenants(limit: Int32, in rows: any SQLExecutor) async throws -> [TenantID] {
        try await rows.query("SELECT * FROM platform_due_tenants(\(limit))") { row in try row.next(TenantID.self) }
    }
}
