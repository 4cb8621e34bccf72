import Models
import Postgres

/// A caller whom nobody answered.
struct MissedCall: Sendable {
    var wire: CallsAPI.MissedCall
    var version: Int64
}

extension MissedCall: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, number, agent_id, calls, missed_at, state, claimed_by, claimed_at, closed_at, closed_by_call, closed_reason,
        version
        """

    init(row: inout RowReader) throws(PostgresError) {
        wire = CallsAPI.MissedCall(
            id: try row.next(MissedCallID.self), callID: try row.next(CallID.self), number: try row.next(String.self),
            agentID: try row.next(UserID?.self), calls: Int(try row.next(Int32.self)),
            missedAt: try row.next(Timestamp.self), state: try row.next(MissedCallState.self),
            claimedBy: try row.next(UserID?.self), claimedAt: try row.next(Timestamp?.self),
            closedAt: try row.next(Timestamp?.self), closedByCall: try row.next(CallID?.self),
            closedReason: try row.next(String?.self))
        version = try row.next(Int64.self)
    }
}

/// Callers who are to be called back; one open row a number.
struct MissedCallStore: Sendable {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// Notes a missed call, once.
    func add(_ call: Call, _ number: String) async throws {
        let noted = try await rows.value(
            "SELECT EXISTS (SELECT FROM missed_calls WHERE tenant_id = \(tenant) AND call_id = \(call.id))",
            as: Bool.self)
        guard noted != true else { return }
        try await rows.execute(
            """
            INSERT INTO missed_calls AS open (tenant_id, id, call_id, number, agent_id, missed_at)
            VALUES (\(tenant), \(MissedCallID.make()), \(call.id), \(number), \(call.agentID), \(call.startedAt))
            ON CONFLICT (tenant_id, number) WHERE state <> 'closed' DO UPDATE SET
                call_id = excluded.call_id, missed_at = excluded.missed_at, calls = open.calls + 1,
                agent_id = coalesce(excluded.agent_id, open.agent_id), version = open.version + 1
            WHERE open.missed_at < excluded.missed_at
            """)
    }

    /// Somebody has spoken with the number, perhaps in a call that had seemed to be missed.
    func close(_ number: String, by call: CallID) async throws {
        try await rows.execute(Self.closing(number, by: call, in: tenant))
    }

    static func closing(_ number: String, by call: CallID, in tenant: TenantID) -> SQL {
        """
        UPDATE missed_calls SET state = 'closed', closed_at = now(), closed_by_call = \(call),
            closed_reason = 'contacted', version = version + 1
        WHERE tenant_id = \(tenant) AND number = \(number) AND state <> 'closed'
        """
    }

    func find(_ id: MissedCallID, reach: CallReach) async throws -> MissedCall? {
        try await rows.first(
            """
            SELECT \(unescaped: MissedCall.columns) FROM missed_calls
            WHERE tenant_id = \(tenant) AND id = \(id) AND \(Self.visible(reach))
            """, as: MissedCall.self)
    }

    /// Takes an open one, or one's own again; nil when somebody else has it.
    func claim(_ id: MissedCallID, by user: UserID, reach: CallReach) async throws -> MissedCall? {
        try await rows.first(
            """
            UPDATE missed_calls SET state = 'claimed', claimed_by = \(user), claimed_at = coalesce(claimed_at, now()),
                version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND \(Self.visible(reach))
              AND (state = 'open' OR (state = 'claimed' AND claimed_by = \(user)))
            RETURNING \(unescaped: MissedCall.columns)
            """, as: MissedCall.self)
    }

    /// Gives one back; `anybody` for whoever may take it from others.
    func release(_ id: MissedCallID, by user: UserID, anybody: Bool) async throws -> MissedCall? {
        try await rows.first(
            """
            UPDATE missed_calls SET state = 'open', claimed_by = NULL, claimed_at = NULL, version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'claimed' AND (claimed_by = \(user) OR \(anybody))
            RETURNING \(unescaped: MissedCall.columns)
            """, as: MissedCall.self)
    }

    /// Ends one without a call.
    func close(_ id: MissedCallID, reason: String, reach: CallReach) async throws -> MissedCall? {
        try await rows.first(
            """
            UPDATE missed_calls SET state = 'closed', closed_at = now(), closed_reason = \(reason),
                version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(id) AND state <> 'closed' AND \(Self.visible(reach))
            RETURNING \(unescaped: MissedCall.columns)
            """, as: MissedCall.self)
    }

    func list(
        _ state: MissedCallState?, reach: CallReach, _ order: RowOrderStore
    ) async throws -> (calls: [MissedCall], total: Int) {
        let condition: SQL = """
            tenant_id = \(tenant) AND \(Self.visible(reach))
            AND (\(state?.rawValue)::text IS NULL OR state = \(state?.rawValue))
            """
        let found = try await rows.query(
            """
            SELECT \(unescaped: MissedCall.columns) FROM missed_calls WHERE \(condition)
            \(order.start("missed_at", "id"))\(order.end("missed_at", "id"))
            """, as: MissedCall.self)
        let total = try await rows.value("SELECT count(*) FROM missed_calls WHERE \(condition)", as: Int.self)
        return (found, total ?? 0)
    }

    /// Agents see what is theirs, what they have taken, and what is nobody's.
    private static func visible(_ reach: CallReach) -> SQL {
        guard let agent = reach.agentID else { return "true" }
        return "(agent_id IS NULL OR agent_id = \(agent) OR claimed_by = \(agent))"
    }
}
