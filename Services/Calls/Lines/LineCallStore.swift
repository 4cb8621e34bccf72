import Models
import Postgres

/// Calls by the lines that they name.
struct LineCallStore {
    /// How many calls one statement gives their agent.
    static let bound: Int32 = 500
    /// Counting the calls of an unknown line stops here.
    static let countBound: Int32 = 1_000

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    /// Gives some calls of a line's name the agent and team that its lines say, and tells; how many there were.
    ///
    /// Agents that did not come by a line stay. It is done when it finds none.
    func assignSome(_ value: String) async throws -> Int {
        try await rows.transaction { transaction in
            let changed = try await transaction.query(
                """
                WITH found AS (
                    SELECT call.id, line.id AS line_id, line.agent_id, line.team FROM calls AS call
                    LEFT JOIN LATERAL (
                        SELECT candidate.id, candidate.agent_id, candidate.team FROM lines AS candidate
                        WHERE candidate.tenant_id = \(tenant) AND candidate.value = \(value)
                          AND candidate.source IN (call.source, \(Line.anySource)) AND candidate.deleted_at IS NULL
                          AND (candidate.valid_from IS NULL OR candidate.valid_from <= call.started_at)
                          AND (candidate.valid_to IS NULL OR candidate.valid_to > call.started_at)
                        ORDER BY candidate.source = \(Line.anySource) LIMIT 1
                    ) AS line ON true
                    WHERE call.tenant_id = \(tenant) AND call.line_value = \(value)
                      AND (call.agent_id IS NULL OR call.line_id IS NOT NULL)
                      AND (call.line_id IS DISTINCT FROM line.id OR (line.id IS NOT NULL AND (
                          call.agent_id IS DISTINCT FROM line.agent_id OR call.team IS DISTINCT FROM line.team)))
                    LIMIT \(Self.bound) FOR UPDATE OF call
                ), changed AS (
                    UPDATE calls SET agent_id = found.agent_id, team = found.team, line_id = found.line_id,
                        updated_at = now(), version = version + 1
                    FROM found WHERE calls.tenant_id = \(tenant) AND calls.id = found.id
                    RETURNING calls.*
                ), marked AS (
                    INSERT INTO call_rollup_marks (tenant_id, id, bucket_at)
                    SELECT \(tenant), gen_random_uuid(), bucket FROM (
                        SELECT DISTINCT date_bin('15 minutes', started_at, 'epoch') AS bucket FROM changed) AS counted
                )
                SELECT \(unescaped: Call.columns) FROM changed
                """, as: Call.self)
            for call in changed { try await CallEvents.publish(.callUpdated, of: call, in: transaction) }
            return changed.count
        }
    }

    /// Lines that calls name and nobody was given, in the order of their names.
    ///
    /// One step in the index a line, however many calls there are.
    func unknown(after: (value: String, source: String)?, limit: Int) async throws -> [UnknownLine] {
        let start = after ?? ("", "")
        return try await rows.query(
            """
            WITH RECURSIVE named (value, source) AS (
                (SELECT line_value, source FROM calls
                 WHERE tenant_id = \(tenant) AND line_value IS NOT NULL AND agent_id IS NULL AND line_id IS NULL
                   AND deleted_at IS NULL AND NOT is_test AND (line_value, source) > (\(start.value), \(start.source))
                 ORDER BY line_value, source LIMIT 1)
                UNION ALL
                SELECT next.line_value, next.source FROM named, LATERAL (
                    SELECT line_value, source FROM calls
                    WHERE tenant_id = \(tenant) AND line_value IS NOT NULL AND agent_id IS NULL AND line_id IS NULL
                      AND deleted_at IS NULL AND NOT is_test AND (line_value, source) > (named.value, named.source)
                    ORDER BY line_value, source LIMIT 1) AS next
            ), page AS (SELECT value, source FROM named LIMIT \(limit))
            SELECT page.value, page.source, counted.calls, counted.first_at, counted.last_at
            FROM page, LATERAL (
                SELECT (SELECT count(*) FROM (SELECT 1 FROM calls AS call \(Self.nobodys(tenant))
                        LIMIT \(Self.countBound + 1)) AS counting) AS calls,
                    (SELECT min(call.started_at) FROM calls AS call \(Self.nobodys(tenant))) AS first_at,
                    (SELECT max(call.started_at) FROM calls AS call \(Self.nobodys(tenant))) AS last_at
            ) AS counted
            WHERE counted.first_at IS NOT NULL ORDER BY page.value, page.source
            """, as: UnknownLine.self)
    }

    private static func nobodys(_ tenant: TenantID) -> SQL {
        """
        WHERE call.tenant_id = \(tenant) AND call.line_value = page.value AND call.source = page.source
          AND call.line_value IS NOT NULL AND call.agent_id IS NULL AND call.line_id IS NULL
          AND call.deleted_at IS NULL AND NOT call.is_test
        """
    }
}
