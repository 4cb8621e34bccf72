-- Super admins see first which tenants are at work, or which have not been for long.
CREATE FUNCTION platform_tenant_activity(wanted uuid[]) RETURNS TABLE (owner uuid, active_at timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT u.tenant_id, max(u.last_sign_in_at) FROM users AS u
    WHERE u.tenant_id = ANY (wanted) AND u.last_sign_in_at IS NOT NULL GROUP BY u.tenant_id
$$;
COMMENT ON FUNCTION platform_tenant_activity IS 'When somebody of each of some tenants last signed in.';

CREATE FUNCTION platform_find_tenants_by_activity(
    search text, wanted_status text, wanted_plan text, is_descending boolean, beyond_at timestamptz, beyond_id uuid,
    row_limit integer, row_offset integer
) RETURNS SETOF tenants
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN QUERY EXECUTE format(
        'SELECT t.* FROM tenants AS t CROSS JOIN LATERAL (
             SELECT coalesce(max(u.last_sign_in_at), t.created_at) AS at FROM users AS u WHERE u.tenant_id = t.tenant_id
         ) AS active
         WHERE t.tenant_id <> ''00000000-0000-7000-8000-000000000000'' AND platform_tenant_matches(t, $1, $2, $3)
           AND (active.at, t.tenant_id) %1$s ($4, $5)
         ORDER BY active.at %2$s, t.tenant_id %2$s LIMIT $6 OFFSET $7',
        CASE WHEN is_descending THEN '<' ELSE '>' END, CASE WHEN is_descending THEN 'DESC' ELSE 'ASC' END)
        USING search, wanted_status, wanted_plan, beyond_at, beyond_id, row_limit, row_offset;
END
$$;
COMMENT ON FUNCTION platform_find_tenants_by_activity IS 'A page of tenants by when somebody last signed in; who never did counts from the making of the tenant.';
ALTER FUNCTION platform_tenant_activity OWNER TO tenancy_system;
ALTER FUNCTION platform_find_tenants_by_activity OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_tenant_activity, platform_find_tenants_by_activity FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_tenant_activity, platform_find_tenants_by_activity TO tenancy_app;
