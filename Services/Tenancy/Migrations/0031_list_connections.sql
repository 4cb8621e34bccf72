-- Services ask providers by themselves: they have to know which connections there are.
CREATE FUNCTION platform_list_connections(wanted text) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.tenant_id, c.id FROM connections AS c
    WHERE c.provider = wanted AND c.is_enabled ORDER BY c.tenant_id, c.id
$$;
COMMENT ON FUNCTION platform_list_connections IS 'The enabled connections of a provider in all tenants; for services that ask providers by themselves.';
ALTER FUNCTION platform_list_connections OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_list_connections FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_list_connections TO tenancy_app;
CREATE INDEX connections_provider_idx ON connections (tenant_id, provider);
