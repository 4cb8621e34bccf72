import FoundationEssentials
import Models
import Postgres

/// The buckets that the gateways share.
struct LimitStore: Sendable {
    /// What a loop says of one bucket, and what it would like.
    struct Question: Sendable {
        var tenant: TenantID
        var name: String
        var rate: Double
        var burst: Double
        var held: Double
        var debt: Double
        var want: Double
        /// Whether there may be no row yet.
        var isUnknown: Bool
    }

    /// What a loop gets.
    struct Grant: PostgresRowDecodable, Sendable {
        /// The question's place among those that were asked.
        let index: Int
        let tokens: Double
        /// What is left for whoever asks next.
        let left: Double

        init(row: inout RowReader) throws(PostgresError) {
            index = try row.next(Int.self) - 1
            tokens = try row.next()
            left = try row.next()
        }
    }

    /// How many share the limits.
    struct Sharers: Equatable, Sendable {
        var loops: Int
        var processes: Int
    }

    let database: Database
    /// The loop.
    let holder: UUID
    let process: UUID
    /// How long a lease lasts.
    let lease: Duration
    /// How long a question may take.
    let patience: Duration

    init(
        database: Database, process: UUID, lease: Duration = .milliseconds(Int64(LeaseLoop.Pace().lease)),
        patience: Duration = .seconds(2)
    ) {
        self.database = database
        holder = UUID()
        self.process = process
        self.lease = lease
        self.patience = patience
    }

    /// Puts questions in one round trip and one transaction; a bucket without an answer has no row.
    ///
    /// A bucket fills up no further than it was held since it was last looked at: what is spent of a holding makes room only for
    /// what comes after it was told, since it may have been spent just now.
    ///
    /// The rows are locked in the order of their keys, so that two gateways cannot wait for each other, and only then looked at:
    /// a statement sees what was committed before it began.
    func ask(_ questions: [Question]) async throws -> [Grant] {
        let tenants = questions.map(\.tenant)
        let names = questions.map(\.name)
        var statements: [SQL] = [
            // A lost second of leases is one that was given out too little of.
            "SELECT set_config('synchronous_commit', 'off', true)"
        ]
        let unknown = questions.filter(\.isUnknown)
        if !unknown.isEmpty { statements.append(making(unknown)) }
        statements.append(
            """
            SELECT count(*) FROM (
                SELECT FROM limit_buckets JOIN unnest(\(tenants), \(names)) AS asked (tenant_id, name) USING (tenant_id, name)
                ORDER BY tenant_id, name FOR UPDATE OF limit_buckets
            ) AS locked
            """)
        statements.append(
            """
            WITH clock AS MATERIALIZED (SELECT clock_timestamp() AS now),
            asked AS MATERIALIZED (
                SELECT * FROM unnest(\(tenants), \(names), \(questions.map(\.rate)), \(questions.map(\.burst)),
                    \(questions.map(\.held)), \(questions.map(\.debt)), \(questions.map(\.want)))
                    WITH ORDINALITY AS t (tenant_id, name, rate, burst, held, debt, want, place)
            ), seen AS MATERIALIZED (
                SELECT asked.*, bucket.tokens, bucket.refilled_at, clock.now FROM asked
                JOIN limit_buckets bucket USING (tenant_id, name) CROSS JOIN clock
            ), others AS MATERIALIZED (
                SELECT seen.place, sum(holding.tokens) FILTER (WHERE holding.holder_id <> \(holder)) AS held,
                    sum(holding.tokens) FILTER (WHERE holding.holder_id = \(holder)) AS held_before
                FROM seen JOIN limit_holdings holding USING (tenant_id, name)
                WHERE holding.expires_at > CASE WHEN rate = 0 THEN seen.now ELSE seen.refilled_at END
                GROUP BY seen.place
            ), found AS MATERIALIZED (
                SELECT tenant_id, name, place, seen.held, want, CASE
                    WHEN rate = 0 THEN burst - coalesce(others.held, 0) - seen.held
                    ELSE least(
                        greatest(
                            tokens + rate * greatest(0, extract(epoch FROM now - refilled_at)::float8)
                                - greatest(debt, 0),
                            -burst),
                        burst - coalesce(others.held, 0) - greatest(seen.held, others.held_before)) - least(debt, 0)
                    END AS tokens
                FROM seen LEFT JOIN others USING (place)
            ), granted AS MATERIALIZED (
                SELECT tenant_id, name, place, held, want, tokens,
                    greatest(-held, least(want, floor(tokens))) AS grant_tokens
                FROM found
            ), taken AS (
                UPDATE limit_buckets SET tokens = granted.tokens - grant_tokens, refilled_at = clock.now
                FROM granted CROSS JOIN clock
                WHERE limit_buckets.tenant_id = granted.tenant_id AND limit_buckets.name = granted.name
            ), held AS (
                INSERT INTO limit_holdings AS holding (tenant_id, name, holder_id, tokens, expires_at)
                SELECT tenant_id, name, \(holder), held + grant_tokens, clock.now + \(lease)
                FROM granted CROSS JOIN clock WHERE held + grant_tokens > 0
                ON CONFLICT (tenant_id, name, holder_id)
                    DO UPDATE SET tokens = excluded.tokens, expires_at = excluded.expires_at
            ), given_back AS (
                DELETE FROM limit_holdings USING granted
                WHERE limit_holdings.tenant_id = granted.tenant_id AND limit_holdings.name = granted.name
                    AND holder_id = \(holder) AND held + grant_tokens <= 0
            )
            SELECT place, grant_tokens, tokens - grant_tokens FROM granted
            """)
        let results = try await database.batch(statements, within: patience)
        return try results[results.count - 1].map { row throws(PostgresError) in try Grant(row: &row) }
    }

    /// A bucket that is new is full.
    private func making(_ questions: [Question]) -> SQL {
        """
        INSERT INTO limit_buckets (tenant_id, name, tokens, refilled_at)
        SELECT tenant_id, name, burst, clock_timestamp()
        FROM unnest(\(questions.map(\.tenant)), \(questions.map(\.name)), \(questions.map(\.burst)))
            AS asked (tenant_id, name, burst)
        ORDER BY tenant_id, name
        ON CONFLICT DO NOTHING
        """
    }

    /// Says that this loop is at work for a while, and learns how many are.
    func register(for duration: Duration) async throws -> Sharers {
        let results = try await database.batch(
            [
                "SELECT set_config('synchronous_commit', 'off', true)",
                """
                INSERT INTO limit_holders (id, process_id, expires_at)
                VALUES (\(holder), \(process), clock_timestamp() + \(duration))
                ON CONFLICT (id) DO UPDATE SET expires_at = excluded.expires_at
                """,
                """
                SELECT count(*), count(DISTINCT process_id) FROM limit_holders WHERE expires_at > clock_timestamp()
                """,
            ], within: patience)
        let rows = try results[2].map { row throws(PostgresError) in
            Sharers(loops: try row.next(), processes: try row.next())
        }
        return rows.first ?? Sharers(loops: 1, processes: 1)
    }

    /// Goes, with all that it held; what was not used stays used for the moment, which the rate makes good.
    func leave() async throws {
        _ = try await database.batch(
            [
                "DELETE FROM limit_holdings WHERE holder_id = \(holder)",
                "DELETE FROM limit_holders WHERE id = \(holder)",
            ], within: patience)
    }

    /// Removes what nobody needs: lapsed leases and buckets that are full again, a bounded number at a time.
    func tidy() async throws {
        _ = try await database.batch(
            [
                """
                DELETE FROM limit_holdings WHERE (tenant_id, name, holder_id) IN (
                    SELECT tenant_id, name, holder_id FROM limit_holdings
                    WHERE expires_at < clock_timestamp() - interval '1 minute' LIMIT 5000 FOR UPDATE SKIP LOCKED)
                """,
                """
                DELETE FROM limit_buckets WHERE (tenant_id, name) IN (
                    SELECT tenant_id, name FROM limit_buckets bucket
                    WHERE refilled_at < clock_timestamp() - interval '10 minutes' AND NOT EXISTS (
                        SELECT FROM limit_holdings holding
                        WHERE holding.tenant_id = bucket.tenant_id AND holding.name = bucket.name)
                    LIMIT 5000 FOR UPDATE OF bucket SKIP LOCKED)
                """,
                "DELETE FROM limit_holders WHERE expires_at < clock_timestamp() - interval '1 minute'",
            ], within: .seconds(10))
    }
}
