-- Super admins see at one glance how the whole platform does; numbers of all tenants, no words of anybody.
CREATE FUNCTION platform_tenant_counts() RETURNS TABLE (status text, plan text, tenants bigint, recent bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.status, t.plan, count(*), count(*) FILTER (WHERE t.created_at > now() - interval '30 days')
    FROM tenants AS t WHERE t.tenant_id <> '00000000-0000-7000-8000-000000000000' GROUP BY t.status, t.plan
$$;
COMMENT ON FUNCTION platform_tenant_counts IS 'How many tenants there are by state and plan, and how many of them were made within thirty days.';

CREATE FUNCTION platform_people_counts()
    RETURNS TABLE (active bigint, today bigint, month bigint, sessions bigint, invitations bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH living AS (
        SELECT t.tenant_id FROM tenants AS t
        WHERE t.status <> 'deleted' AND t.tenant_id <> '00000000-0000-7000-8000-000000000000'
    )
    SELECT count(*), count(*) FILTER (WHERE u.last_sign_in_at > now() - interval '1 day'),
        count(*) FILTER (WHERE u.last_sign_in_at > now() - interval '30 days'),
        (SELECT count(*) FROM sessions AS s JOIN living USING (tenant_id)
         WHERE s.revoked_at IS NULL AND s.expires_at > now()),
        (SELECT count(*) FROM invitations AS i JOIN living USING (tenant_id)
         WHERE i.purpose = 'invitation' AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND i.expires_at > now())
    FROM users AS u JOIN living USING (tenant_id) WHERE u.status = 'active'
$$;
COMMENT ON FUNCTION platform_people_counts IS 'How many people work in tenants that are not deleted, are signed in, or are invited.';

CREATE FUNCTION platform_figure_sums()
    RETURNS TABLE (
        failing_connections bigint, backlog bigint, errors bigint, cost_micros bigint, gathered_at timestamptz
    )
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT sum(f.failing_connections)::bigint, sum(f.backlog)::bigint, sum(f.errors)::bigint, sum(f.cost_micros)::bigint,
        max(f.gathered_at)
    FROM tenant_figures AS f HAVING count(*) > 0
$$;
COMMENT ON FUNCTION platform_figure_sums IS 'What all tenants have of trouble and cost; no row when none has any.';

ALTER FUNCTION platform_tenant_counts OWNER TO tenancy_system;
ALTER FUNCTION platform_people_counts OWNER TO tenancy_system;
ALTER FUNCTION platform_figure_sums OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_tenant_counts, platform_people_counts, platform_figure_sums FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_tenant_counts, platform_people_counts, platform_figure_sums TO tenancy_app;
