import Models
import Postgres

/// What tenants have used, by quarters of an hour.
struct UsageStore {
    let rows: any SQLExecutor

    /// Keeps a bucket as it was told last: it only grows.
    func put(_ usage: InternalAPI.Usage, of tenant: TenantID) async throws {
        _ = try await rows.execute(
            """
            INSERT INTO usage_counts AS known (tenant_id, bucket_at, requests, received_bytes, sent_bytes)
            VALUES (\(tenant), \(usage.bucketAt), \(usage.requests), \(usage.receivedBytes), \(usage.sentBytes))
            ON CONFLICT ON CONSTRAINT usage_counts_pkey DO UPDATE
            SET requests = greatest(known.requests, excluded.requests),
                received_bytes = greatest(known.received_bytes, excluded.received_bytes),
                sent_bytes = greatest(known.sent_bytes, excluded.sent_bytes)
            """)
    }
}
