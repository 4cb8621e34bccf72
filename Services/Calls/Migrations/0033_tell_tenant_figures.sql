-- Super admins see first which of many tenants have trouble, or cost most.
CREATE FUNCTION tenant_figures(beyond uuid, bound integer, errors_since timestamptz, cost_since timestamptz)
    RETURNS TABLE (owner uuid, failing_connections bigint, backlog bigint, errors bigint, cost_micros bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT told.id, sum(told.failing)::bigint, sum(told.waiting)::bigint, sum(told.failed)::bigint, sum(told.spent)::bigint
    FROM (
        SELECT s.tenant_id AS id, count(*) AS failing, 0 AS waiting, 0 AS failed, 0 AS spent
        FROM connection_states AS s WHERE s.tenant_id > beyond AND (s.failures > 0 OR s.alert IS NOT NULL) GROUP BY s.tenant_id
        UNION ALL
        SELECT c.tenant_id, 0, count(*) FILTER (WHERE c.stage <> 'failed'),
            count(*) FILTER (WHERE c.stage = 'failed' AND c.stage_since >= errors_since), 0
        FROM calls AS c
        WHERE c.tenant_id > beyond AND c.deleted_at IS NULL
          AND c.stage IN ('recording_stored', 'transcribing', 'transcribed', 'analysing', 'failed')
        GROUP BY c.tenant_id
        UNION ALL
        SELECT r.tenant_id, 0, 0, 0, sum(r.cost_micros) FROM call_cost_rollups AS r
        WHERE r.tenant_id > beyond AND r.bucket_at >= cost_since GROUP BY r.tenant_id
    ) AS told
    GROUP BY told.id HAVING sum(told.failing) + sum(told.waiting) + sum(told.failed) + sum(told.spent) > 0
    ORDER BY told.id LIMIT bound
$$;
COMMENT ON FUNCTION tenant_figures IS 'A page of the tenants that have failing connections, waiting or failed calls, or cost something, with how much of each.';
ALTER FUNCTION tenant_figures OWNER TO calls_system;
