-- The few statements that cross tenants: owned by a role that row-level security does not bind, called by platform routes and jobs alone.
CREATE FUNCTION platform_list_tenants(
    search text, is_descending boolean, beyond_at timestamptz, beyond_id uuid, row_limit integer, row_offset integer
) RETURNS SETOF tenants
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    -- Two statements, so that each finds its order in the index.
    IF is_descending THEN
        RETURN QUERY SELECT t.* FROM tenants AS t
            WHERE t.tenant_id <> '00000000-0000-7000-8000-000000000000'
              AND (search IS NULL OR strpos(lower(t.name), lower(search)) > 0 OR strpos(t.subdomain, lower(search)) > 0)
              AND (t.created_at, t.tenant_id) < (beyond_at, beyond_id)
            ORDER BY t.created_at DESC, t.tenant_id DESC LIMIT row_limit OFFSET row_offset;
    ELSE
        RETURN QUERY SELECT t.* FROM tenants AS t
            WHERE t.tenant_id <> '00000000-0000-7000-8000-000000000000'
              AND (search IS NULL OR strpos(lower(t.name), lower(search)) > 0 OR strpos(t.subdomain, lower(search)) > 0)
              AND (t.created_at, t.tenant_id) > (beyond_at, beyond_id)
            ORDER BY t.created_at, t.tenant_id LIMIT row_limit OFFSET row_offset;
    END IF;
END
$$;
COMMENT ON FUNCTION platform_list_tenants IS 'A page of tenants for super admins.';

CREATE FUNCTION platform_count_tenants(search text, bound integer) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT count(*) FROM (
        SELECT 1 FROM tenants
        WHERE tenant_id <> '00000000-0000-7000-8000-000000000000'
          AND (search IS NULL OR strpos(lower(name), lower(search)) > 0 OR strpos(subdomain, lower(search)) > 0)
        LIMIT bound
    ) AS counted
$$;
COMMENT ON FUNCTION platform_count_tenants IS 'How many tenants a search finds, counted up to a bound.';

CREATE FUNCTION platform_append_audit(
    audit_id uuid, actor_kind text, actor_id uuid, actor_service text, action text, subject text, request_id text,
    address text
) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO audit_log (tenant_id, id, actor_kind, actor_id, actor_service, action, subject, request_id)
        VALUES ('00000000-0000-7000-8000-000000000000', $1, $2, $3, $4, $5, $6, $7);
    INSERT INTO audit_details (tenant_id, audit_id, address)
        VALUES ('00000000-0000-7000-8000-000000000000', $1, $8);
$$;
COMMENT ON FUNCTION platform_append_audit IS 'Writes to the platform''s own log within a tenant''s transaction.';

CREATE FUNCTION feed_snapshot(token_life interval)
    RETURNS TABLE (kind text, key text, value jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT 'signing_key', id, public_key FROM signing_keys
    UNION ALL
    SELECT 'tenant', tenant_id::text, jsonb_build_object(
        'subdomain', subdomain, 'status', status, 'time_zone', time_zone, 'country', country) FROM tenants
    UNION ALL
    SELECT 'entitlements', tenant_id::text, document FROM entitlements
    UNION ALL
    SELECT 'settings', tenant_id::text, jsonb_build_object('visibility', visibility) FROM tenant_settings
    UNION ALL
    SELECT recent.kind, recent.key, recent.value FROM (
        SELECT changes.kind, changes.key, changes.value FROM changes
        WHERE changes.kind IN ('revoked_session', 'revoked_api_key', 'user_version')
          AND changes.created_at > now() - token_life
        ORDER BY changes.sequence
    ) AS recent
$$;
COMMENT ON FUNCTION feed_snapshot IS 'All that the change feed tells, as of now: states from their tables, revocations that still matter.';

CREATE FUNCTION prune_expired() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
    total   bigint := 0;
BEGIN
    -- The newest change stays, so that the numbering shows where it is.
    DELETE FROM changes WHERE created_at < now() - interval '1 day' AND sequence < (SELECT max(sequence) FROM changes);
    GET DIAGNOSTICS removed = ROW_COUNT;
    total := total + removed;
    -- A day longer than they can be used: until then a token that is shown again is recognised.
    DELETE FROM sessions WHERE expires_at < now() - interval '1 day';
    GET DIAGNOSTICS removed = ROW_COUNT;
    total := total + removed;
    DELETE FROM refresh_tokens WHERE expires_at < now() - interval '1 day';
    GET DIAGNOSTICS removed = ROW_COUNT;
    total := total + removed;
    DELETE FROM sign_in_attempts
        WHERE last_failed_at < now() - interval '1 day' AND (locked_until IS NULL OR locked_until < now());
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN total + removed;
END
$$;
COMMENT ON FUNCTION prune_expired IS 'Removes what nobody can need any more, in all tenants; for the hourly pruning.';

ALTER FUNCTION platform_list_tenants OWNER TO tenancy_system;
ALTER FUNCTION platform_count_tenants OWNER TO tenancy_system;
ALTER FUNCTION platform_append_audit OWNER TO tenancy_system;
ALTER FUNCTION feed_snapshot OWNER TO tenancy_system;
ALTER FUNCTION prune_expired OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_list_tenants, platform_count_tenants, platform_append_audit, feed_snapshot, prune_expired
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_list_tenants, platform_count_tenants, platform_append_audit, feed_snapshot, prune_expired
    TO tenancy_app;
GRANT SELECT ON tenants, entitlements, tenant_settings, signing_keys, changes TO tenancy_system;
GRANT INSERT ON audit_log, audit_details TO tenancy_system;
GRANT SELECT, DELETE ON changes, sessions, refresh_tokens, sign_in_attempts TO tenancy_system;
