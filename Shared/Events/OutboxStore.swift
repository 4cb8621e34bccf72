import FoundationEssentials
import JSON
import Models
import Postgres

/// The outbox's tables, as publishers and deliverers use them.
struct OutboxStore: Sendable {
    /// How long a deliverer has a claimed event for itself; longer than any delivery may take.
    static let lease = Duration.seconds(60)
    /// How long a failing event is tried before it is set aside.
    static let patience = Duration.seconds(24 * 3600)
    /// How long delivered events are kept.
    static let retention = Duration.seconds(7 * 86_400)
    /// Parked events wait for somebody to look, but not for ever.
    static let parkedRetention = Duration.seconds(90 * 86_400)

    /// One event that is claimed for one subscriber.
    struct Claim: Sendable {
        let tenant: TenantID
        let event: EventID
        let type: EventType?
        let version: Int
        let subject: String
        let sequence: Int64
        let occurredAt: Timestamp
        let traceparent: String?
        let attempts: Int
    }

    let database: Database

    /// Writes number, event, payload and one delivery for each subscriber in one statement.
    static func insert(_ event: PublishedEvent) -> SQL {
        """
        WITH numbered AS (
            INSERT INTO outbox_sequences AS known (tenant_id, subject, last)
            VALUES (\(event.tenant), \(event.subject), 1)
            ON CONFLICT ON CONSTRAINT outbox_sequences_pkey DO UPDATE SET last = known.last + 1
            RETURNING last
        ), written AS (
            INSERT INTO outbox_events (tenant_id, id, type, version, subject, sequence, occurred_at, traceparent)
            SELECT \(event.tenant), \(event.id), \(event.type.rawValue), \(Int32(event.version)), \(event.subject), last,
                \(event.occurredAt), \(event.traceparent)
            FROM numbered
            RETURNING tenant_id, id, subject, sequence, occurred_at
        ), paid AS (
            INSERT INTO outbox_payloads (tenant_id, event_id, data)
            VALUES (\(event.tenant), \(event.id), \(event.data))
        )
        INSERT INTO outbox_deliveries (tenant_id, event_id, subscriber, subject, sequence, next_attempt_at)
        SELECT tenant_id, id, subscriber, subject, sequence, occurred_at
        FROM written, unnest(\(event.subscribers)) AS told (subscriber)
        """
    }

    /// Claims events that are due, at most one of each subject: the one before all others that are not delivered.
    func claim(for subscriber: ServiceName, limit: Int) async throws -> [Claim] {
        let now = Timestamp.now()
        return try await database.query(
            """
            WITH due AS (
                SELECT tenant_id, event_id FROM outbox_deliveries AS d
                WHERE subscriber = \(subscriber.rawValue) AND delivered_at IS NULL AND parked_at IS NULL
                    AND next_attempt_at <= \(now)
                    AND NOT EXISTS (
                        SELECT FROM outbox_deliveries AS earlier
                        WHERE earlier.subscriber = d.subscriber AND earlier.tenant_id = d.tenant_id
                            AND earlier.subject = d.subject AND earlier.sequence < d.sequence
                            AND earlier.delivered_at IS NULL AND earlier.parked_at IS NULL)
                ORDER BY next_attempt_at LIMIT \(limit) FOR UPDATE SKIP LOCKED
            )
            UPDATE outbox_deliveries AS d SET next_attempt_at = \(now + Self.lease), attempts = attempts + 1
            FROM due, outbox_events AS e
            WHERE d.tenant_id = due.tenant_id AND d.event_id = due.event_id AND d.subscriber = \(subscriber.rawValue)
                AND e.tenant_id = due.tenant_id AND e.id = due.event_id
            RETURNING d.tenant_id, d.event_id, e.type, e.version, e.subject, e.sequence, e.occurred_at, e.traceparent,
                d.attempts
            """
        ) { row in
            Claim(
                tenant: try row.next(), event: try row.next(), type: EventType(rawValue: try row.next()),
                version: Int(try row.next(Int32.self)), subject: try row.next(), sequence: try row.next(),
                occurredAt: try row.next(), traceparent: try row.next(), attempts: Int(try row.next(Int32.self)))
        }
    }

    /// What the event says; an empty object once it was erased.
    func data(of claim: Claim) async throws -> JSONText {
        try await database.tenant(claim.tenant).value(
            "SELECT data FROM outbox_payloads WHERE tenant_id = \(claim.tenant) AND event_id = \(claim.event)"
        ) ?? .emptyObject
    }

    func finish(_ claim: Claim, for subscriber: ServiceName) async throws {
        try await database.execute(
            """
            UPDATE outbox_deliveries SET delivered_at = \(Timestamp.now()), failure = NULL
            WHERE tenant_id = \(claim.tenant) AND event_id = \(claim.event) AND subscriber = \(subscriber.rawValue)
            """)
    }

    /// Gives a claim back untried: the subscriber is away, which is not the event's fault.
    func giveBack(_ claim: Claim, for subscriber: ServiceName) async throws {
        try await database.execute(
            """
            UPDATE outbox_deliveries SET next_attempt_at = \(Timestamp.now()), attempts = greatest(attempts - 1, 0)
            WHERE tenant_id = \(claim.tenant) AND event_id = \(claim.event) AND subscriber = \(subscriber.rawValue)
                AND delivered_at IS NULL
            """)
    }

    /// Notes a failure; returns whether the event is set aside now.
    func fail(_ claim: Claim, for subscriber: ServiceName, code: String, retryAfter: Duration) async throws -> Bool {
        let now = Timestamp.now()
        return try await database.value(
            """
            UPDATE outbox_deliveries SET failure = \(code), next_attempt_at = \(now + retryAfter),
                first_failed_at = coalesce(first_failed_at, \(now)),
                parked_at = CASE WHEN first_failed_at < \(now - Self.patience) THEN \(now) END
            WHERE tenant_id = \(claim.tenant) AND event_id = \(claim.event) AND subscriber = \(subscriber.rawValue)
            RETURNING parked_at IS NOT NULL
            """, as: Bool.self) ?? false
    }

    /// How many events wait and how many are set aside, for one subscriber; counting stops at a bound.
    func counts(for subscriber: ServiceName) async throws -> (waiting: Int, parked: Int) {
        let bound = 100_000
        let row = try await database.first(
            """
            SELECT
                (SELECT count(*) FROM (SELECT FROM outbox_deliveries WHERE subscriber = \(subscriber.rawValue)
                    AND delivered_at IS NULL AND parked_at IS NULL LIMIT \(bound)) AS waiting),
                (SELECT count(*) FROM (SELECT FROM outbox_deliveries WHERE subscriber = \(subscriber.rawValue)
                    AND parked_at IS NOT NULL LIMIT \(bound)) AS parked)
            """)
        return (try row?.decode(0) ?? 0, try row?.decode(1) ?? 0)
    }

    /// Removes events whose deliveries are all old enough; returns how many.
    func sweep(limit: Int = 1000) async throws -> Int {
        let now = Timestamp.now()
        return try await database.execute(
            """
            DELETE FROM outbox_events WHERE (tenant_id, id) IN (
                SELECT e.tenant_id, e.id FROM outbox_events AS e
                WHERE e.occurred_at < \(now - Self.retention) AND NOT EXISTS (
                    SELECT FROM outbox_deliveries AS d WHERE d.tenant_id = e.tenant_id AND d.event_id = e.id
                        AND (d.delivered_at IS NULL OR d.delivered_at > \(now - Self.retention))
                        AND (d.parked_at IS NULL OR d.parked_at > \(now - Self.parkedRetention)))
                ORDER BY e.occurred_at LIMIT \(limit))
            """)
    }
}
