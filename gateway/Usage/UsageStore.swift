import Models
import Postgres

/// What tenants have used, by quarters of an hour in UTC, until billing has it.
struct UsageStore: Sendable {
    /// A tenant's use in one quarter of an hour.
    struct Bucket: PostgresRowDecodable, Sendable {
        let tenant: TenantID
        let at: Timestamp
        let requests: Int64
        let receivedBytes: Int64
        let sentBytes: Int64

        init(row: inout RowReader) throws(PostgresError) {
            tenant = try row.next()
            at = try row.next()
            requests = try row.next()
            receivedBytes = try row.next()
            sentBytes = try row.next()
        }
    }

    static let bucketSeconds: Int64 = 900

    let database: Database

    /// Adds counts to the current bucket of each tenant; what billing has had of it is handed over again, whole.
    func add(_ counts: [TenantID: UsageTally.Count], at now: Timestamp) async throws {
        let bucket = Timestamp(seconds: now.seconds - now.seconds % Self.bucketSeconds)
        let tenants = Array(counts.keys)
        let values = tenants.map { counts[$0] ?? UsageTally.Count() }
        _ = try await database.execute(
            """
            INSERT INTO usage_buckets AS known (tenant_id, bucket_at, requests, received_bytes, sent_bytes)
            SELECT tenant_id, \(bucket), requests, received, sent
            FROM unnest(\(tenants), \(values.map(\.requests)), \(values.map(\.receivedBytes)), \(values.map(\.sentBytes)))
                AS used (tenant_id, requests, received, sent)
            ORDER BY tenant_id
            ON CONFLICT ON CONSTRAINT usage_buckets_pkey DO UPDATE
            SET requests = known.requests + excluded.requests,
                received_bytes = known.received_bytes + excluded.received_bytes,
                sent_bytes = known.sent_bytes + excluded.sent_bytes, handed_at = NULL
            """)
    }

    /// Buckets that are over and that billing does not have, the oldest first.
    func due(at now: Timestamp, limit: Int) async throws -> [Bucket] {
        // Every gateway has written its counts of a bucket a minute after its end.
        let end = now + .seconds(-(Self.bucketSeconds + 60))
        return try await database.query(
            """
            SELECT tenant_id, bucket_at, requests, received_bytes, sent_bytes FROM usage_buckets
            WHERE handed_at IS NULL AND bucket_at <= \(end) ORDER BY bucket_at, tenant_id LIMIT \(limit)
            """, as: Bucket.self)
    }

    /// Notes that billing has a bucket as it was read; one that has grown meanwhile stays due.
    func noteHandedOver(_ bucket: Bucket) async throws {
        _ = try await database.execute(
            """
            UPDATE usage_buckets SET handed_at = now()
            WHERE tenant_id = \(bucket.tenant) AND bucket_at = \(bucket.at) AND requests = \(bucket.requests)
                AND received_bytes = \(bucket.receivedBytes) AND sent_bytes = \(bucket.sentBytes)
            """)
    }

    /// Forgets what billing has had for a week.
    func forgetOld() async throws {
        _ = try await database.execute("DELETE FROM usage_buckets WHERE handed_at < now() - interval '7 days'")
    }
}
