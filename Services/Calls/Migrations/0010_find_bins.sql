-- How long the bin keeps a call is a setting of its tenant, so bins are looked through one by one.
CREATE FUNCTION tenants_with_bin(before timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT c.tenant_id FROM calls AS c WHERE c.deleted_at < before AND NOT c.legal_hold
$$;
COMMENT ON FUNCTION tenants_with_bin IS 'The tenants that have calls in the bin since before an instant.';
ALTER FUNCTION tenants_with_bin OWNER TO calls_system;
REVOKE ALL ON FUNCTION tenants_with_bin FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_bin TO calls_app;
