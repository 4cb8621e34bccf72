import Events
import Models
import Postgres

/// Calls that are steered here, with their ends.
///
/// A change locks the call's row, so that everything about one call happens one after another, in whatever process.
struct LiveCallStore: Sendable {
    let transaction: Transaction
    let tenant: TenantID

    /// A change of the call; nil when it is not steered here or out of reach.
    ///
    /// What follows from it is written down in the same transaction: rows, events, jobs.
    func change<Value>(
        _ id: CallID, reach: CallReach = .all, _ body: (inout LiveCall) throws -> Value
    ) async throws -> (call: LiveCall, value: Value)? {
        guard let before = try await lock(id, reach: reach) else { return nil }
        var after = before
        let value = try body(&after)
        try await save(after, over: before)
        return (after, value)
    }

    /// The call and its ends; other changes of it wait until the transaction is over.
    func lock(_ id: CallID, reach: CallReach = .all) async throws -> LiveCall? {
        let call = try await transaction.first(
            """
            SELECT \(unescaped: Call.columns) FROM calls
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL\(reach.condition) FOR UPDATE
            """, as: Call.self)
        guard let call else { return nil }
        return try await Self.read(call, transaction, tenant)
    }

    /// The call of an end.
    func call(of participant: ParticipantID) async throws -> CallID? {
        try await Self.call(of: participant, transaction, tenant)
    }

    static func call(
        of participant: ParticipantID, _ rows: any SQLExecutor, _ tenant: TenantID
    ) async throws -> CallID? {
        try await rows.first(
            "SELECT call_id FROM call_participants WHERE tenant_id = \(tenant) AND id = \(participant)"
        ) { row in try row.next(CallID.self) }
    }

    /// The ends of a call that was read; nil when it is not steered here.
    static func read(_ call: Call, _ rows: any SQLExecutor, _ tenant: TenantID) async throws -> LiveCall? {
        let results = try await rows.batch([
            """
            SELECT \(unescaped: CallControl.columns) FROM call_controls
            WHERE tenant_id = \(tenant) AND call_id = \(call.id)
            """,
            """
            SELECT \(unescaped: Participant.columns) FROM call_participants
            WHERE tenant_id = \(tenant) AND call_id = \(call.id) ORDER BY created_at, id
            """,
        ])
        let control = try results[0].first { row in try CallControl(row: &row) }
        guard let control else { return nil }
        return LiveCall(
            call: call, control: control, participants: try results[1].map { row in try Participant(row: &row) })
    }

    /// Whether a call is steered here.
    static func isSteered(_ id: CallID, _ rows: any SQLExecutor, _ tenant: TenantID) async throws -> Bool {
        try await rows.value(
            "SELECT EXISTS (SELECT FROM call_controls WHERE tenant_id = \(tenant) AND call_id = \(id))", as: Bool.self)
            ?? false
    }

    /// The row of a call.
    func call(_ id: CallID) async throws -> Call? {
        try await transaction.first(
            """
            SELECT \(unescaped: Call.columns) FROM calls
            WHERE tenant_id = \(tenant) AND id = \(id) AND deleted_at IS NULL FOR UPDATE
            """, as: Call.self)
    }

    /// Whether an agent took the call, whatever the callee did.
    static func agentCame(_ id: CallID, _ rows: any SQLExecutor, _ tenant: TenantID) async throws -> Bool {
        try await rows.value(
            """
            SELECT EXISTS (SELECT FROM call_participants WHERE tenant_id = \(tenant) AND call_id = \(id)
                AND role = 'agent' AND joined_at IS NOT NULL)
            """, as: Bool.self) ?? false
    }

    /// Which of a carrier's calls are ends of ours already.
    static func known(
        _ externals: [String], of connection: ConnectionID, _ rows: any SQLExecutor, _ tenant: TenantID
    ) async throws -> Set<String> {
        Set(
            try await rows.values(
                """
                SELECT external_id FROM call_participants WHERE tenant_id = \(tenant)
                  AND connection_id = \(connection) AND external_id = ANY (\(externals))
                """, as: String.self))
    }

    /// Which of a connection's calls are ends of others: an agent's or a guest's.
    static func ends(
        of connection: InternalAPI.Connection, among externals: [String], _ rows: any SQLExecutor, _ tenant: TenantID
    ) async throws -> Set<String> {
        guard CarrierProvider(rawValue: connection.provider) != nil else { return [] }
        return Set(
            try await rows.values(
                """
                SELECT external_id FROM call_participants WHERE tenant_id = \(tenant)
                  AND connection_id = \(connection.id) AND external_id = ANY (\(externals)) AND role <> 'customer'
                """, as: String.self))
    }

    // Writing.

    /// Stores a call's row, or finds the one of the same source and id.
    func insert(_ draft: CallDraft) async throws -> (call: Call, isNew: Bool) {
        if let made = try await transaction.first(CallStore.insertion(of: draft, in: tenant), as: Call.self) {
            try await CallEvents.publish(.callCreated, of: made, in: transaction)
            return (made, true)
        }
        let present = try await transaction.first(
            """
            SELECT \(unescaped: Call.columns) FROM calls
            WHERE tenant_id = \(tenant) AND source = \(draft.source) AND is_test = \(draft.isTest)
              AND external_id = \(draft.externalID) FOR UPDATE
            """, as: Call.self)
        guard let present else { throw Failure(.conflict, "Another call has this external id.") }
        return (present, false)
    }

    /// Begins to steer a call, with its ends and what follows.
    func insert(_ live: LiveCall) async throws {
        let control = live.control
        try await transaction.execute(
            """
            INSERT INTO call_controls (tenant_id, call_id, connection_id, provider, caller_id, purpose, is_conference,
                recording_policy, recording_state, machine_action, machine_message, entry_id, retry_count,
                language)
            VALUES (\(tenant), \(control.callID), \(control.connection), \(control.provider.rawValue),
                \(control.callerID), \(control.purpose.rawValue), \(control.isConference),
                \(control.recordingPolicy.rawValue), \(control.recordingState.rawValue),
                \(control.machineAction.rawValue), \(control.machineMessage), \(control.entryID),
                \(Int32(control.retryCount)), \(control.language))
            """)
        for end in live.participants { try await transaction.execute(Self.saving(end, tenant)) }
        try await follow(live)
        try await WatchCallJob.enqueue(live.call.id, in: transaction)
    }

    private func save(_ live: LiveCall, over before: LiveCall) async throws {
        var live = live
        for end in live.participants where before.participant(end.id) != end {
            try await transaction.execute(Self.saving(end, tenant))
        }
        if live.control != before.control { try await save(live.control) }
        let (old, new) = (before.call, live.call)
        let isChanged =
            old.status != new.status || old.answeredAt != new.answeredAt || old.agentID != new.agentID
            || old.externalID != new.externalID || old.providerStatus != new.providerStatus
            || old.endedAt != new.endedAt
        if isChanged { live.call = try await save(new) ?? new }
        try await follow(live)
        if isChanged, !live.effects.contains(.ended) {
            try await CallEvents.publish(.callUpdated, of: live.call, in: transaction)
        }
    }

    private func save(_ call: Call) async throws -> Call? {
        try await transaction.first(
            """
            UPDATE calls SET status = \(call.status.rawValue), provider_status = \(call.providerStatus),
                answered_at = \(call.answeredAt), ended_at = \(call.endedAt), agent_id = \(call.agentID),
                external_id = \(call.externalID), updated_at = now(), version = version + 1
            WHERE tenant_id = \(tenant) AND id = \(call.id)
            RETURNING \(unescaped: Call.columns)
            """, as: Call.self)
    }

    private func save(_ control: CallControl) async throws {
        try await transaction.execute(
            """
            UPDATE call_controls SET is_conference = \(control.isConference),
                recording_policy = \(control.recordingPolicy.rawValue), recording_id = \(control.recordingID),
                recording_started_at = CASE WHEN \(control.recordingID)::text IS NULL THEN NULL
                    ELSE coalesce(recording_started_at, clock_timestamp()) END,
                recording_state = \(control.recordingState.rawValue), is_wrapped_up = \(control.isWrappedUp)
            WHERE tenant_id = \(tenant) AND call_id = \(control.callID)
            """)
    }

    private static func saving(_ end: Participant, _ tenant: TenantID) -> SQL {
        """
        INSERT INTO call_participants (tenant_id, id, call_id, connection_id, role, user_id, address, ring_seconds,
            external_id, state, reason, attempts, placing_at, is_muted, is_on_hold, replaces_id, joined_at, left_at)
        VALUES (\(tenant), \(end.id), \(end.callID), \(end.connection), \(end.role.rawValue), \(end.userID),
            \(end.address), \(Int32(end.ringSeconds)), \(end.externalID), \(end.state.rawValue), \(end.reason),
            \(Int32(end.attempts)), \(end.placingAt), \(end.isMuted), \(end.isOnHold), \(end.replaces), \(end.joinedAt),
            \(end.leftAt))
        ON CONFLICT ON CONSTRAINT call_participants_pkey DO UPDATE SET
            external_id = excluded.external_id, state = excluded.state, reason = excluded.reason,
            attempts = excluded.attempts, placing_at = excluded.placing_at, is_muted = excluded.is_muted,
            is_on_hold = excluded.is_on_hold, replaces_id = excluded.replaces_id, joined_at = excluded.joined_at,
            left_at = excluded.left_at, updated_at = now()
        """
    }

    /// Jobs and events of what was changed.
    private func follow(_ live: LiveCall) async throws {
        for effect in live.effects {
            switch effect {
            case .place(let id): try await PlaceParticipantJob.enqueue(id, in: transaction)
            case .steer(let id): try await SteerParticipantJob.enqueue(id, .redirect, in: transaction)
            case .hangUp(let id): try await SteerParticipantJob.enqueue(id, .hangUp, in: transaction)
            case .startRecording, .setRecording: try await SteerRecordingJob.enqueue(live.call.id, in: transaction)
            case .prove(let proof):
                try await RecordingConsentStore.put(proof, of: live.call.id, in: tenant, transaction)
            case .answered:
                try await CallEvents.publish(.callAnswered, of: live.call, in: transaction)
                try await SettleCallJob.enqueue(live.call.id, in: transaction)
            case .ended:
                try await CallEvents.publish(.callEnded, of: live.call, in: transaction)
                if live.call.direction == .inbound, live.call.answeredAt == nil {
                    try await CallEvents.publish(.callMissed, of: live.call, in: transaction)
                }
                try await SettleCallJob.enqueue(live.call.id, in: transaction)
                if live.participants.contains(where: { $0.externalID != nil || $0.attempts > 0 }) {
                    try await PriceCallJob.enqueue(live.call.id, in: transaction)
                }
            }
        }
    }
}
