import JSON
import Models
import Postgres

/// What is told of calls while they run; kept in order, so that whoever lost a stream goes on where it broke off.
struct LiveStore: Sendable {
    /// What is told, with its place.
    struct Told: Sendable {
        var sequence: Int64
        var kind: CallsAPI.LiveKind
        var document: JSONText
    }

    /// On which the ids of calls are told of which there is something new; never words.
    static let channel = "call_live"
    /// A call that is told in more steps loses the first.
    private static let most: Int64 = 5_000
    private static let mostOfSegments: Int64 = 50_000

    let database: Database

    /// Adds what there is to tell and gives the place of the last; partial words give way to what their speaker says next.
    func append(_ updates: [CallsAPI.LiveUpdate], to call: CallID, in tenant: TenantID) async throws -> Int64 {
        try await database.tenant(tenant).transaction { transaction in
            // One after another, whoever tells.
            try await transaction.execute(
                "SELECT id FROM calls WHERE tenant_id = \(tenant) AND id = \(call) FOR NO KEY UPDATE")
            return try await Self.append(updates, to: call, in: tenant, transaction)
        }
    }

    /// In the transaction of whoever has locked the call's row.
    static func append(
        _ updates: [CallsAPI.LiveUpdate], to call: CallID, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> Int64 {
        let documents = try updates.map { (update: $0, text: try JSONText(encoding: $0)) }
        var last =
            try await transaction.value(
                """
                SELECT coalesce(max(sequence), 0)::bigint FROM call_live_updates
                WHERE tenant_id = \(tenant) AND call_id = \(call)
                """, as: Int64.self) ?? 0
        var statements: [SQL] = []
        for (update, document) in documents {
            last += 1
            let speaker = (update.speaker ?? .unknown).rawValue
            if update.kind == .partial || update.kind == .segment {
                statements.append(
                    """
                    DELETE FROM call_live_updates WHERE tenant_id = \(tenant) AND call_id = \(call)
                        AND kind = 'partial' AND speaker = \(speaker)
                    """)
            }
            statements.append(
                """
                INSERT INTO call_live_updates (tenant_id, call_id, sequence, kind, speaker, document)
                VALUES (\(tenant), \(call), \(last), \(update.kind.rawValue), \(speaker), \(document))
                """)
        }
        // What stays is counted by whoever goes on from it, and most of the steps are words that do not stay.
        statements.append(
            """
            DELETE FROM call_live_updates
            WHERE tenant_id = \(tenant) AND call_id = \(call)
              AND sequence <= \(last) - CASE kind WHEN 'segment' THEN \(Self.mostOfSegments) ELSE \(Self.most) END
            """)
        _ = try await transaction.batch(statements)
        transaction.notify(channel, call.description)
        return last
    }

    /// How much was told of a call, in the transaction of whoever has locked its row.
    static func told(
        of call: CallID, in tenant: TenantID, _ transaction: Transaction
    ) async throws -> (segments: Int, isEnded: Bool) {
        let found = try await transaction.first(
            """
            SELECT count(*) FILTER (WHERE kind = 'segment'), coalesce(bool_or(kind = 'ended'), false)
            FROM call_live_updates WHERE tenant_id = \(tenant) AND call_id = \(call)
            """
        ) { row in (segments: try row.next(Int.self), isEnded: try row.next(Bool.self)) }
        return found ?? (0, false)
    }

    /// What was told after a place, in order.
    func read(of call: CallID, after sequence: Int64, limit: Int, in tenant: TenantID) async throws -> [Told] {
        try await database.tenant(tenant).query(
            """
            SELECT sequence, kind, document FROM call_live_updates
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND sequence > \(sequence)
            ORDER BY sequence LIMIT \(Int32(clamping: limit))
            """
        ) { row in
            Told(
                sequence: try row.next(Int64.self), kind: try row.next(CallsAPI.LiveKind.self),
                document: try row.next(JSONText.self))
        }
    }

    /// Removes what was told of a call: the transcript is there.
    static func clear(
        _ call: CallID, keepingEnd: Bool = false, in tenant: TenantID, _ transaction: Transaction
    ) async throws {
        try await transaction.execute(
            """
            DELETE FROM call_live_updates
            WHERE tenant_id = \(tenant) AND call_id = \(call) AND NOT (\(keepingEnd) AND kind = 'ended')
            """)
    }

    /// Removes what was told before an instant, whatever became of the calls.
    func clear(before instant: Timestamp) async throws {
        let tenants = try await database.query("SELECT tenants_with_live_updates(\(instant))") { row in
            try row.next(TenantID.self)
        }
        for tenant in tenants {
            try await database.tenant(tenant).execute(
                "DELETE FROM call_live_updates WHERE tenant_id = \(tenant) AND created_at < \(instant)")
        }
    }
}
