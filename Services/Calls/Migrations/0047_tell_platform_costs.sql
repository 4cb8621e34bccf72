-- Super admins see what engines cost over all tenants: sums by day, stage, engine or tenant.
CREATE FUNCTION platform_costs(unit text, since timestamptz, until timestamptz, bound integer)
    RETURNS TABLE (key text, uses bigint, audio_seconds double precision, input_tokens bigint, output_tokens bigint, cost_micros bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT told.key, sum(told.uses)::bigint, sum(told.audio_seconds), sum(told.input_tokens)::bigint,
        sum(told.output_tokens)::bigint, sum(told.cost_micros)::bigint
    FROM (
        SELECT CASE unit WHEN 'stage' THEN r.stage WHEN 'engine' THEN r.engine WHEN 'tenant' THEN r.tenant_id::text
            ELSE ((r.bucket_at AT TIME ZONE 'UTC')::date)::text END AS key, r.uses, r.audio_seconds, r.input_tokens,
            r.output_tokens, r.cost_micros
        FROM call_cost_rollups AS r WHERE r.bucket_at >= since AND r.bucket_at < until
    ) AS told
    GROUP BY told.key ORDER BY CASE unit WHEN 'day' THEN told.key END, 6 DESC, 1 LIMIT bound
$$;
COMMENT ON FUNCTION platform_costs IS 'What engines used and cost in some time, summed over all tenants; days in their own order, all else the dearest first.';
ALTER FUNCTION platform_costs OWNER TO calls_system;
CREATE INDEX call_cost_rollups_bucket_idx ON call_cost_rollups (bucket_at);
