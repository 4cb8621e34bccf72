import FoundationEssentials
import JSON
import Models
import Postgres

/// What an action upon many calls does, as it is kept until it is done.
struct BulkArguments: Codable, Sendable {
    var tagIDs: [TagID]?
    var dispositionID: DispositionID?
    var agentID: UserID?
    /// What the caller may see; an action reaches no further, however much later it runs.
    var reachAgentID: UserID?
    var isTest: Bool?

    var reach: CallReach { CallReach(agentID: reachAgentID, isTest: isTest) }
}

/// The actions upon many calls: their rows, the calls of each and what each call was before.
struct BulkStore: Sendable {
    /// An action takes no more calls.
    static let mostCalls = 10_000
    private static let columns: StaticString = """
        id, action, state, calls, changed, skipped, audio_seconds, cost_micros, created_by, created_at, done_at, undone_at
        """

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    func create(
        _ kind: BulkActionKind, _ arguments: BulkArguments, _ calls: [CallID], audioSeconds: Double?,
        costMicros: Int64?, by person: UserID?, in transaction: Transaction
    ) async throws -> BulkActionID {
        let id = BulkActionID.make()
        _ = try await transaction.batch([
            """
            INSERT INTO call_bulk_actions (tenant_id, id, action, arguments, calls, audio_seconds, cost_micros, created_by)
            VALUES (\(tenant), \(id), \(kind.rawValue), \(try JSONText(encoding: arguments)), \(calls.count), \(audioSeconds),
                \(costMicros), \(person))
            """,
            """
            INSERT INTO call_bulk_items (tenant_id, action_id, call_id)
            SELECT \(tenant), \(id), c FROM unnest(\(calls)::uuid[]) AS c
            """,
        ])
        return id
    }

    func find(_ id: BulkActionID) async throws -> CallsAPI.BulkAction? {
        try await rows.first(
            "SELECT \(unescaped: Self.columns) FROM call_bulk_actions WHERE tenant_id = \(tenant) AND id = \(id)",
            Self.read)
    }

    func list() async throws -> [CallsAPI.BulkAction] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_bulk_actions WHERE tenant_id = \(tenant)
            ORDER BY created_at DESC, id DESC LIMIT 100
            """, Self.read)
    }

    func arguments(of id: BulkActionID) async throws -> (kind: BulkActionKind, arguments: BulkArguments)? {
        try await rows.first(
            "SELECT action, arguments FROM call_bulk_actions WHERE tenant_id = \(tenant) AND id = \(id)"
        ) { row in (try row.next(BulkActionKind.self), try row.next(JSONText.self).decode(BulkArguments.self)) }
    }

    /// Some calls of an action that are in a state, with what they were before.
    func items(of id: BulkActionID, _ state: String, limit: Int) async throws -> [(call: CallID, before: JSONText?)] {
        try await rows.query(
            """
            SELECT call_id, before FROM call_bulk_items
            WHERE tenant_id = \(tenant) AND action_id = \(id) AND state = \(state) ORDER BY call_id LIMIT \(limit)
            """
        ) { row in (try row.next(CallID.self), try row.next(JSONText?.self)) }
    }

    /// Notes what became of one call, together with the change itself.
    static func settle(
        _ id: BulkActionID, _ call: CallID, _ state: String, before: JSONText?, in transaction: Transaction,
        _ tenant: TenantID
    ) async throws {
        try await transaction.execute(
            """
            UPDATE call_bulk_items SET state = \(state), before = coalesce(\(before)::jsonb, before)
            WHERE tenant_id = \(tenant) AND action_id = \(id) AND call_id = \(call)
            """)
    }

    /// Counts what was done, and ends the action where no call waits.
    func close(_ id: BulkActionID, _ state: String) async throws {
        try await rows.execute(
            """
            UPDATE call_bulk_actions AS a SET state = \(state),
                changed = (SELECT count(*) FROM call_bulk_items AS i WHERE i.tenant_id = \(tenant) AND i.action_id = a.id
                    AND i.state IN ('changed', 'undone')),
                skipped = (SELECT count(*) FROM call_bulk_items AS i WHERE i.tenant_id = \(tenant) AND i.action_id = a.id
                    AND i.state = 'skipped'),
                done_at = coalesce(done_at, now()), undone_at = CASE WHEN \(state) = 'undone' THEN now() END
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    /// Begins the undoing; false unless the action is done and can be undone.
    func startUndoing(_ id: BulkActionID, in transaction: Transaction) async throws -> Bool {
        try await transaction.execute(
            """
            UPDATE call_bulk_actions SET state = 'undoing'
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'done' AND action <> 'reprocess'
            """) > 0
    }

    /// What a call is before an action: its tags, its disposition, its agent, whether it is in the bin.
    static func state(of call: CallID, in transaction: Transaction, _ tenant: TenantID) async throws -> CallBefore? {
        try await transaction.first(
            """
            SELECT agent_id, disposition_id, disposition_note, deleted_at IS NOT NULL,
                ARRAY(SELECT tag_id FROM tagged_calls AS t WHERE t.tenant_id = \(tenant) AND t.call_id = calls.id ORDER BY tag_id)
            FROM calls WHERE tenant_id = \(tenant) AND id = \(call) FOR UPDATE
            """
        ) { row in
            CallBefore(
                agentID: try row.next(UserID?.self), dispositionID: try row.next(DispositionID?.self),
                dispositionNote: try row.next(String?.self), isInBin: try row.next(Bool.self),
                tagIDs: try row.next([TagID].self))
        }
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.BulkAction = { row in
        let (id, kind) = (try row.next(BulkActionID.self), try row.next(BulkActionKind.self))
        let (state, calls) = (try row.next(String.self), try row.next(Int.self))
        let (changed, skipped) = (try row.next(Int.self), try row.next(Int.self))
        let (seconds, cost) = (try row.next(Double?.self), try row.next(Int64?.self))
        return CallsAPI.BulkAction(
            id: id, action: kind, state: state, calls: calls, changed: changed, skipped: skipped,
            audioSeconds: seconds, costMicros: cost, createdBy: try row.next(UserID?.self),
            createdAt: try row.next(Timestamp.self), doneAt: try row.next(Timestamp?.self),
            undoneAt: try row.next(Timestamp?.self))
    }
}

/// What a call was before an action.
struct CallBefore: Codable, Sendable, Hashable {
    var agentID: UserID?
    var dispositionID: DispositionID?
    var dispositionNote: String?
    var isInBin: Bool
    var tagIDs: [TagID]
}
