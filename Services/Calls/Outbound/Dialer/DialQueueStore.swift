import Models
import Postgres

/// The queue of numbers to call.
struct DialQueueStore: Sendable {
    /// Above every priority that people can give.
    private static let head: Int32 = 1_000

    let rows: any SQLExecutor
    let tenant: TenantID

    /// Adds numbers and gives how many are new; those that the campaign has already stay as they are, save those that were
    /// cancelled when too much was spent.
    func add(_ entries: [DialEntry]) async throws -> Int {
        var added = 0
        for start in stride(from: 0, to: entries.count, by: 200) {
            let statements = entries[start..<min(start + 200, entries.count)].map { insertion($0) }
            for result in try await rows.batch(statements) { added += result.affectedRows }
        }
        return added
    }

    private func insertion(_ entry: DialEntry) -> SQL {
        """
        INSERT INTO dial_queue (tenant_id, id, campaign_id, number, name, lead_id, agent_id, purpose, priority,
            not_before_at, max_attempts, reason, call_id, language)
        VALUES (\(tenant), \(entry.id), \(entry.campaignID), \(entry.number), \(entry.name), \(entry.leadID),
            \(entry.agentID), \(entry.purpose.rawValue), \(Int32(entry.priority)), \(entry.notBefore),
            \(Int32(entry.maxAttempts)), \(entry.reason), \(entry.callID), \(entry.language))
        ON CONFLICT ON CONSTRAINT dial_queue_number_key DO UPDATE SET state = 'pending', reason = NULL,
            not_before_at = excluded.not_before_at, updated_at = now()
            WHERE dial_queue.state = 'cancelled' AND dial_queue.reason = 'spend_cap'
        """
    }

    /// Numbers that were cancelled for one reason wait again.
    func revive(_ campaign: CampaignID, reason: String) async throws {
        try await rows.execute(
            """
            UPDATE dial_queue SET state = 'pending', reason = NULL, updated_at = now()
            WHERE tenant_id = \(tenant) AND campaign_id = \(campaign) AND state = 'cancelled' AND reason = \(reason)
            """)
    }

    /// Adds the outside numbers of calls that a filter finds; how many are new.
    func add(
        from filter: CallsAPI.AddFromCalls, to campaign: Campaign, reach: CallReach
    ) async throws -> (found: Int, added: Int) {
        let found = try await rows.first(
            """
            WITH found AS (
                SELECT CASE direction WHEN 'outbound' THEN to_number ELSE from_number END AS number FROM calls
                WHERE tenant_id = \(tenant) AND deleted_at IS NULL AND NOT is_test AND direction <> 'internal'
                  AND (\(filter.direction?.rawValue)::text IS NULL OR direction = \(filter.direction?.rawValue))
                  AND (\(filter.status?.rawValue)::text IS NULL OR status = \(filter.status?.rawValue))
                  AND (\(filter.sentiment?.rawValue)::text IS NULL OR sentiment_label = \(filter.sentiment?.rawValue))
                  AND (\(filter.agentID)::uuid IS NULL OR agent_id = \(filter.agentID))
                  AND (\(filter.startedAfter)::timestamptz IS NULL OR started_at >= \(filter.startedAfter))
                  AND (\(filter.startedBefore)::timestamptz IS NULL OR started_at < \(filter.startedBefore))
                  \(reach.condition)
                ORDER BY started_at DESC LIMIT 100000
            ), numbers AS (
                SELECT DISTINCT number FROM found WHERE number IS NOT NULL LIMIT \(Int32(filter.limit ?? 10_000))
            ), added AS (
                INSERT INTO dial_queue (tenant_id, id, campaign_id, number, purpose, priority, max_attempts)
                SELECT \(tenant), gen_random_uuid(), \(campaign.id), number, \(campaign.purpose.rawValue),
                    \(Int32(campaign.priority)), \(Int32(campaign.maxAttempts)) FROM numbers
                ON CONFLICT ON CONSTRAINT dial_queue_number_key DO NOTHING RETURNING 1
            )
            SELECT (SELECT count(*) FROM numbers), (SELECT count(*) FROM added)
            """
        ) { row in (found: try row.next(Int.self), added: try row.next(Int.self)) }
        return found ?? (0, 0)
    }

    func find(_ id: DialEntryID) async throws -> DialEntry? {
        try await rows.first(
            "SELECT \(unescaped: DialEntry.columns) FROM dial_queue WHERE tenant_id = \(tenant) AND id = \(id)",
            as: DialEntry.self)
    }

    func list(
        _ filter: DialEntryFilter, _ order: RowOrderStore
    ) async throws -> (entries: [DialEntry], total: Int) {
        let condition: SQL = """
            tenant_id = \(tenant) AND (\(filter.campaignID)::uuid IS NULL OR campaign_id = \(filter.campaignID))
            AND (\(filter.state?.rawValue)::text IS NULL OR state = \(filter.state?.rawValue))
            AND (\(filter.agentID)::uuid IS NULL OR agent_id = \(filter.agentID))
            AND (\(filter.number)::text IS NULL OR number = \(filter.number))
            """
        let found = try await rows.query(
            """
            SELECT \(unescaped: DialEntry.columns) FROM dial_queue WHERE \(condition)
            \(order.start("created_at", "id"))\(order.end("created_at", "id"))
            """, as: DialEntry.self)
        let total = try await rows.value(
            "SELECT count(*) FROM (SELECT 1 FROM dial_queue WHERE \(condition) LIMIT 10001) AS counted", as: Int.self)
        return (found, total ?? 0)
    }

    /// Takes the next number that is due for an agent: of the agent's campaign, or kept for the agent alone.
    func claim(for session: DialSession) async throws -> DialEntry? {
        try await rows.first(
            """
            WITH next AS (
                SELECT id FROM dial_queue
                WHERE tenant_id = \(tenant) AND state = 'pending' AND not_before_at <= now()
                  AND (campaign_id = \(session.campaignID) OR (campaign_id IS NULL AND agent_id = \(session.userID)))
                  AND (agent_id IS NULL OR agent_id = \(session.userID))
                ORDER BY priority DESC, not_before_at, id LIMIT 1 FOR UPDATE SKIP LOCKED
            )
            UPDATE dial_queue AS entry SET state = 'claimed', session_id = \(session.id), reason = NULL,
                leased_until_at = \(session.leasedUntil), updated_at = now()
            FROM next WHERE entry.tenant_id = \(tenant) AND entry.id = next.id
            RETURNING \(SQL.entry)
            """, as: DialEntry.self)
    }

    /// Takes a number that waits, without a session; false when somebody else has it meanwhile.
    func take(_ id: DialEntryID) async throws -> Bool {
        try await rows.execute(
            """
            UPDATE dial_queue SET state = 'claimed', session_id = NULL, leased_until_at = NULL, reason = NULL,
                updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'pending'
            """) == 1
    }

    /// Puts a number that waits before all others of its agent.
    func raise(_ id: DialEntryID, reason: String) async throws {
        try await rows.execute(
            """
            UPDATE dial_queue SET priority = greatest(priority, \(Self.head)), reason = \(reason),
                not_before_at = least(not_before_at, now()), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'pending'
            """)
    }

    /// Gives a number that waits for nobody in particular to a person.
    func give(_ id: DialEntryID, to agent: UserID) async throws {
        try await rows.execute(
            """
            UPDATE dial_queue SET agent_id = \(agent), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'pending' AND agent_id IS NULL
            """)
    }

    /// A claimed number is called now; its retry has come.
    func dialled(_ id: DialEntryID, as call: CallID) async throws {
        try await rows.execute(
            """
            WITH retried AS (
                UPDATE call_retries SET status = 'completed', updated_at = now()
                WHERE tenant_id = \(tenant) AND entry_id = \(id) AND status = 'pending'
            )
            UPDATE dial_queue SET attempts = attempts + 1, call_id = \(call), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id)
            """)
    }

    /// Notes why a claimed number may not be called, or not yet.
    func refuse(_ id: DialEntryID, _ decision: ContactDecision) async throws {
        let reason = decision.reason?.code.rawValue ?? decision.outcome.rawValue
        // What holds for everybody is not for this number to suffer.
        let isForAll = decision.reason?.code == .contactStopped
        let state = decision.notBefore == nil && !isForAll ? DialEntryState.cancelled : .pending
        try await rows.execute(
            """
            WITH refused AS (
                UPDATE call_retries SET status = 'cancelled', reason = \(reason), updated_at = now()
                WHERE tenant_id = \(tenant) AND entry_id = \(id) AND status = 'pending'
                  AND \(state == .cancelled)
            )
            UPDATE dial_queue SET state = \(state.rawValue), reason = \(reason), session_id = NULL,
                leased_until_at = NULL, not_before_at = coalesce(\(decision.notBefore), not_before_at),
                updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND state IN ('pending', 'claimed')
            """)
    }

    /// Ends a claim: done, given up, or due again at an instant.
    func release(
        _ id: DialEntryID, as state: DialEntryState, reason: String? = nil, notBefore: Timestamp? = nil
    ) async throws {
        try await rows.execute(
            """
            UPDATE dial_queue SET state = \(state.rawValue), reason = \(reason), session_id = NULL,
                leased_until_at = NULL, not_before_at = coalesce(\(notBefore), not_before_at), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND state IN ('pending', 'claimed')
            """)
    }

    /// Takes a number out of the queue; false when it is not waiting.
    func cancel(_ id: DialEntryID, reason: String) async throws -> Bool {
        try await rows.execute(
            """
            WITH gone AS (
                UPDATE dial_queue SET state = 'cancelled', reason = \(reason), updated_at = now()
                WHERE tenant_id = \(tenant) AND id = \(id) AND state = 'pending' RETURNING id
            ), retries AS (
                UPDATE call_retries AS retry SET status = 'cancelled', reason = \(reason), updated_at = now()
                FROM gone WHERE retry.tenant_id = \(tenant) AND retry.entry_id = gone.id AND retry.status = 'pending'
            )
            SELECT id FROM gone
            """) == 1
    }
}

extension SQL {
    /// The columns of a queue's row where another table is beside it.
    fileprivate static let entry: SQL = """
        entry.id, entry.campaign_id, entry.number, entry.name, entry.lead_id, entry.agent_id, entry.purpose, entry.priority,
        entry.state, entry.reason, entry.not_before_at, entry.attempts, entry.max_attempts, entry.session_id, entry.call_id,
        entry.created_at, entry.updated_at, entry.language
        """
}
