-- What the periodic jobs look for over all tenants: ids only, read by a role that sees past row-level security.
CREATE INDEX calls_waiting_idx ON calls (tenant_id, stage_since) WHERE stage IN ('received', 'recording_pending');

CREATE FUNCTION calls_without_recording(before timestamptz, bound integer) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.tenant_id, c.id FROM calls AS c
    WHERE c.stage IN ('received', 'recording_pending') AND c.stage_since < before
    LIMIT bound
$$;
COMMENT ON FUNCTION calls_without_recording IS 'Calls of any tenant that have waited for a recording since before an instant.';
ALTER FUNCTION calls_without_recording OWNER TO calls_system;

CREATE FUNCTION calls_in_bin(before timestamptz, bound integer) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.tenant_id, c.id FROM calls AS c
    WHERE c.deleted_at < before AND NOT c.legal_hold
    LIMIT bound
$$;
COMMENT ON FUNCTION calls_in_bin IS 'Calls of any tenant that were put into the bin before an instant and are not held.';
ALTER FUNCTION calls_in_bin OWNER TO calls_system;
