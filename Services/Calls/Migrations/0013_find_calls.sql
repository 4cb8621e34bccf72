-- How long calls are kept is a setting of each tenant, so tenants with calls are looked through one by one.
CREATE FUNCTION tenants_with_calls() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    -- One step in the index a tenant, however many calls there are.
    WITH RECURSIVE found (id) AS (
        (SELECT c.tenant_id FROM calls AS c ORDER BY c.tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT c.tenant_id FROM calls AS c WHERE c.tenant_id > found.id ORDER BY c.tenant_id LIMIT 1)
        FROM found WHERE found.id IS NOT NULL
    )
    SELECT id FROM found WHERE id IS NOT NULL
$$;
COMMENT ON FUNCTION tenants_with_calls IS 'The tenants that have calls.';
ALTER FUNCTION tenants_with_calls OWNER TO calls_system;
REVOKE ALL ON FUNCTION tenants_with_calls FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_calls TO calls_app;
