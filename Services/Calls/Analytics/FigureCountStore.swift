import Models
import Postgres

/// Counts the figures of buckets from the rows of calls, and of the days that they lie in from the buckets.
///
/// `OFFSET 0` has PostgreSQL look each bucket up by its time: left to itself it may compare every call of the tenant with every
/// bucket. The ends come as values and our own end is made behind it, because behind row-level security no index is asked with
/// what a function or `coalesce` makes of a column.
enum FigureCountStore {
    /// Statements of one transaction in which nobody else counts for the tenant.
    static func recount(_ buckets: [Timestamp], in tenant: TenantID) -> [SQL] {
        let days = Set(buckets.map(FigureSpan.dayBegin)).sorted()
        return [
            labels(buckets, in: tenant),
            "DELETE FROM call_figures WHERE tenant_id = \(tenant) AND bucket_at = ANY (\(buckets)::timestamptz[])",
            count(buckets, in: tenant),
            "DELETE FROM call_day_figures WHERE tenant_id = \(tenant) AND bucket_at = ANY (\(days)::timestamptz[])",
            """
            INSERT INTO call_day_figures (tenant_id, kind, key, bucket_at, \(unescaped: FigureColumns.names))
            SELECT \(tenant), f.kind, f.key, d.day, \(unescaped: FigureColumns.sums)
            FROM unnest(\(days)::timestamptz[], \(days.map { $0 + .seconds(86_400) })::timestamptz[]) AS d (day, until)
            CROSS JOIN LATERAL (
                SELECT * FROM call_figures
                WHERE tenant_id = \(tenant) AND bucket_at >= d.day AND bucket_at < d.until OFFSET 0
            ) AS f
            GROUP BY f.kind, f.key, d.day
            """,
        ]
    }

    /// The calls of some buckets, with what tells them apart.
    static func counted(_ buckets: [Timestamp], in tenant: TenantID) -> SQL {
        """
        SELECT c.*, b.bucket AS counted_at
        FROM unnest(\(buckets)::timestamptz[], \(buckets.map { $0 + .seconds(900) })::timestamptz[]) AS b (bucket, until)
        CROSS JOIN LATERAL (
            SELECT *, \(unescaped: FigureColumns.line) AS own_end FROM calls
            WHERE tenant_id = \(tenant) AND deleted_at IS NULL AND NOT is_test
                AND started_at >= b.bucket AND started_at < b.until OFFSET 0
        ) AS c
        """
    }

    /// Lines and teams that were never counted before.
    private static func labels(_ buckets: [Timestamp], in tenant: TenantID) -> SQL {
        """
        INSERT INTO call_labels (tenant_id, id, kind, value)
        SELECT \(tenant), gen_random_uuid(), found.kind, found.value FROM (
            SELECT DISTINCT l.kind, l.value FROM (\(counted(buckets, in: tenant))) AS c
            CROSS JOIN LATERAL (VALUES ('line', c.own_end), ('team', c.team)) AS l (kind, value)
            WHERE l.value <> ''
        ) AS found ON CONFLICT DO NOTHING
        """
    }

    private static func count(_ buckets: [Timestamp], in tenant: TenantID) -> SQL {
        """
        INSERT INTO call_figures (tenant_id, kind, key, bucket_at, \(unescaped: FigureColumns.names))
        SELECT \(tenant), k.kind, k.key, c.counted_at, \(unescaped: FigureColumns.counts)
        FROM (\(counted(buckets, in: tenant))) AS c
        CROSS JOIN LATERAL (
            SELECT 'all', '00000000-0000-0000-0000-000000000000'::uuid
            UNION ALL SELECT 'agent', c.agent_id WHERE c.agent_id IS NOT NULL
            UNION ALL SELECT 'disposition', c.disposition_id WHERE c.disposition_id IS NOT NULL
            UNION ALL SELECT 'line', l.id FROM call_labels AS l
                WHERE l.tenant_id = \(tenant) AND l.kind = 'line' AND l.value = c.own_end
            UNION ALL SELECT 'team', l.id FROM call_labels AS l
                WHERE l.tenant_id = \(tenant) AND l.kind = 'team' AND l.value = c.team
            UNION ALL SELECT 'topic', t.topic_id FROM call_topics AS t
                WHERE t.tenant_id = \(tenant) AND t.call_id = c.id
        ) AS k (kind, key)
        GROUP BY k.kind, k.key, c.counted_at
        """
    }
}
