import Models
import Postgres

/// The next attempt after an unanswered call.
struct CallRetry: Sendable {
    var id = CallRetryID.make()
    var callID: CallID
    var entryID: DialEntryID
    var leadID: LeadID?
    /// 1 for the first repetition.
    var count: Int
    var scheduledAt: Timestamp
    var status = CallRetryStatus.pending
    var reason: String?
    var createdAt = Timestamp.now()

    var wire: CallsAPI.CallRetry {
        CallsAPI.CallRetry(
            id: id, callID: callID, entryID: entryID, leadID: leadID, retryCount: count, scheduledAt: scheduledAt,
            status: status, reason: reason, createdAt: createdAt)
    }
}

extension CallRetry: PostgresRowDecodable {
    static let columns: StaticString = """
        id, call_id, entry_id, lead_id, retry_count, scheduled_at, status, reason, created_at
        """

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(CallRetryID.self)
        callID = try row.next(CallID.self)
        entryID = try row.next(DialEntryID.self)
        leadID = try row.next(LeadID?.self)
        count = Int(try row.next(Int32.self))
        scheduledAt = try row.next(Timestamp.self)
        status = try row.next(CallRetryStatus.self)
        reason = try row.next(String?.self)
        createdAt = try row.next(Timestamp.self)
    }
}

/// The rows of retries.
struct CallRetryStore: Sendable {
    let rows: any SQLExecutor
    let tenant: TenantID

    func add(_ retry: CallRetry) async throws {
        try await rows.execute(
            """
            INSERT INTO call_retries (tenant_id, id, call_id, entry_id, lead_id, retry_count, scheduled_at, status, reason)
            VALUES (\(tenant), \(retry.id), \(retry.callID), \(retry.entryID), \(retry.leadID), \(Int32(retry.count)),
                \(retry.scheduledAt), \(retry.status.rawValue), \(retry.reason))
            ON CONFLICT ON CONSTRAINT call_retries_call_key DO NOTHING
            """)
    }

    func exists(of call: CallID) async throws -> Bool {
        try await rows.value(
            "SELECT EXISTS (SELECT FROM call_retries WHERE tenant_id = \(tenant) AND call_id = \(call))", as: Bool.self
        ) ?? false
    }

    func find(_ id: CallRetryID) async throws -> CallRetry? {
        try await rows.first(
            "SELECT \(unescaped: CallRetry.columns) FROM call_retries WHERE tenant_id = \(tenant) AND id = \(id)",
            as: CallRetry.self)
    }

    /// The retry that waits for a number of the queue to be called.
    func pending(of entry: DialEntryID) async throws -> CallRetry? {
        try await rows.first(
            """
            SELECT \(unescaped: CallRetry.columns) FROM call_retries
            WHERE tenant_id = \(tenant) AND entry_id = \(entry) AND status = 'pending'
            ORDER BY retry_count DESC LIMIT 1
            """, as: CallRetry.self)
    }

    /// Says where a retry that is due has got to.
    func note(_ id: CallRetryID, _ reason: String) async throws {
        try await rows.execute(
            """
            UPDATE call_retries SET reason = \(reason), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND status = 'pending'
            """)
    }

    /// The last retry of a queued number waits again, since its call has never rung there; nil when there is none.
    func reopen(_ entry: DialEntryID, reason: String, at instant: Timestamp? = nil) async throws -> CallRetryID? {
        try await rows.first(
            """
            UPDATE call_retries SET status = 'pending', reason = \(reason),
                scheduled_at = coalesce(\(instant), scheduled_at), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = (SELECT id FROM call_retries WHERE tenant_id = \(tenant)
                AND entry_id = \(entry) ORDER BY retry_count DESC, created_at DESC LIMIT 1) AND status = 'completed'
            RETURNING id
            """
        ) { row in try row.next(CallRetryID.self) }
    }

    /// Another call to a number that waited for one: its own entries have had their turn; gives which attempt they were.
    func takePending(
        _ number: String, besides call: CallID
    ) async throws -> (count: Int, entryID: DialEntryID)? {
        let taken = try await rows.query(
            """
            WITH waiting AS (
                SELECT retry.id, retry.entry_id FROM call_retries AS retry
                JOIN dial_queue AS entry ON entry.tenant_id = retry.tenant_id AND entry.id = retry.entry_id
                WHERE retry.tenant_id = \(tenant) AND retry.status = 'pending' AND retry.call_id <> \(call)
                  AND entry.number = \(number) AND entry.campaign_id IS NULL AND entry.state = 'pending'
                FOR UPDATE OF retry
            ), done AS (
                UPDATE dial_queue SET state = 'done', updated_at = now()
                WHERE tenant_id = \(tenant) AND id IN (SELECT entry_id FROM waiting)
            )
            UPDATE call_retries SET status = 'completed', updated_at = now()
            WHERE tenant_id = \(tenant) AND id IN (SELECT id FROM waiting) RETURNING retry_count, entry_id
            """
        ) { row in (count: Int(try row.next(Int32.self)), entryID: try row.next(DialEntryID.self)) }
        return taken.max { $0.count < $1.count }
    }

    /// Nothing more is to be tried with a number.
    func cancel(_ number: String, besides call: CallID, reason: String) async throws {
        try await rows.execute(Self.cancelling(number, besides: call, reason: reason, in: tenant))
    }

    static func cancelling(_ number: String, besides call: CallID, reason: String, in tenant: TenantID) -> SQL {
        """
        WITH cancelled AS (
            UPDATE dial_queue SET state = 'cancelled', reason = \(reason), updated_at = now()
            WHERE tenant_id = \(tenant) AND number = \(number) AND state = 'pending'
              AND id IN (SELECT entry_id FROM call_retries WHERE tenant_id = \(tenant) AND status = 'pending'
                  AND call_id <> \(call))
            RETURNING id
        )
        UPDATE call_retries SET status = 'cancelled', reason = \(reason), updated_at = now()
        WHERE tenant_id = \(tenant) AND status = 'pending' AND entry_id IN (SELECT id FROM cancelled)
        """
    }

    func reschedule(_ id: CallRetryID, to instant: Timestamp) async throws {
        try await rows.execute(
            """
            UPDATE call_retries SET scheduled_at = \(instant), updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(id) AND status = 'pending'
            """)
    }

    func list(
        _ status: CallRetryStatus?, _ order: RowOrderStore
    ) async throws -> (retries: [CallRetry], total: Int) {
        let condition: SQL = """
            tenant_id = \(tenant) AND (\(status?.rawValue)::text IS NULL OR status = \(status?.rawValue))
            """
        let found = try await rows.query(
            """
            SELECT \(unescaped: CallRetry.columns) FROM call_retries WHERE \(condition)
            \(order.start("scheduled_at", "id"))\(order.end("scheduled_at", "id"))
            """, as: CallRetry.self)
        let total = try await rows.value("SELECT count(*) FROM call_retries WHERE \(condition)", as: Int.self)
        return (found, total ?? 0)
    }
}
