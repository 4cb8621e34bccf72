-- What super admins do with tenants: edit, limit, switch features, search, delete with a grace period.
ALTER TABLE tenants
    ADD COLUMN version      bigint      NOT NULL DEFAULT 1,
    ADD COLUMN notes        text        NOT NULL DEFAULT '',
    ADD COLUMN delete_after timestamptz;
COMMENT ON COLUMN tenants.version IS 'Grows with each change; the ETag of the tenant.';
COMMENT ON COLUMN tenants.notes IS 'Of super admins, for one another.';
COMMENT ON COLUMN tenants.delete_after IS 'A deleted tenant can be restored until then.';

ALTER TABLE entitlements
    ADD COLUMN limits            jsonb  NOT NULL DEFAULT '{}',
    ADD COLUMN disabled_features text[] NOT NULL DEFAULT '{}';
COMMENT ON COLUMN entitlements.document IS 'What the plan gives; what the tenant has is effective_entitlements.';
COMMENT ON COLUMN entitlements.limits IS 'Limits by super admins, in place of those of the document.';
COMMENT ON COLUMN entitlements.disabled_features IS 'The tenant''s switches that are off.';

CREATE TABLE disabled_features (
    feature     text        NOT NULL,
    disabled_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT disabled_features_pkey PRIMARY KEY (feature)
);
COMMENT ON TABLE disabled_features IS 'The platform''s switches that are off. Of the platform, so without tenant.';

CREATE FUNCTION effective_entitlements(document jsonb, limits jsonb, disabled text[]) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT document || jsonb_strip_nulls(limits) || jsonb_build_object('features', coalesce((
        SELECT jsonb_agg(feature ORDER BY place)
        FROM jsonb_array_elements_text(document -> 'features') WITH ORDINALITY AS given (feature, place)
        WHERE feature <> ALL (disabled) AND feature NOT IN (SELECT d.feature FROM disabled_features AS d)
    ), '[]'::jsonb))
$$;
COMMENT ON FUNCTION effective_entitlements IS 'What a tenant has: features of the plan that neither the platform nor the tenant has switched off.';

CREATE FUNCTION platform_switch_features(wanted text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    changed text[];
    told    bigint;
BEGIN
    LOCK TABLE disabled_features IN SHARE ROW EXCLUSIVE MODE;
    SELECT coalesce(array_agg(f), '{}') INTO changed FROM (
        SELECT feature AS f FROM disabled_features WHERE feature <> ALL (wanted)
        UNION ALL
        SELECT w FROM unnest(wanted) AS w WHERE w NOT IN (SELECT feature FROM disabled_features)
    ) AS differing;
    DELETE FROM disabled_features WHERE feature <> ALL (wanted);
    INSERT INTO disabled_features (feature) SELECT unnest(wanted) ON CONFLICT DO NOTHING;
    -- As append_change does, for all tenants that have the feature at once.
    PERFORM pg_advisory_xact_lock(7301);
    INSERT INTO changes (tenant_id, kind, key, value)
        SELECT e.tenant_id, 'entitlements', e.tenant_id::text,
               effective_entitlements(e.document, e.limits, e.disabled_features)
        FROM entitlements AS e WHERE e.document -> 'features' ?| changed;
    GET DIAGNOSTICS told = ROW_COUNT;
    RETURN told;
END
$$;
COMMENT ON FUNCTION platform_switch_features IS 'Sets which features are off everywhere and tells of every tenant that this changes.';

CREATE FUNCTION platform_find_tenants(
    search text, wanted_status text, wanted_plan text, is_descending boolean, beyond_at timestamptz, beyond_id uuid,
    row_limit integer, row_offset integer
) RETURNS SETOF tenants
    LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    -- Two statements, so that each finds its order in the index.
    IF is_descending THEN
        RETURN QUERY SELECT t.* FROM tenants AS t
            WHERE t.tenant_id <> '00000000-0000-7000-8000-000000000000'
              AND platform_tenant_matches(t, search, wanted_status, wanted_plan)
              AND (t.created_at, t.tenant_id) < (beyond_at, beyond_id)
            ORDER BY t.created_at DESC, t.tenant_id DESC LIMIT row_limit OFFSET row_offset;
    ELSE
        RETURN QUERY SELECT t.* FROM tenants AS t
            WHERE t.tenant_id <> '00000000-0000-7000-8000-000000000000'
              AND platform_tenant_matches(t, search, wanted_status, wanted_plan)
              AND (t.created_at, t.tenant_id) > (beyond_at, beyond_id)
            ORDER BY t.created_at, t.tenant_id LIMIT row_limit OFFSET row_offset;
    END IF;
END
$$;
COMMENT ON FUNCTION platform_find_tenants IS 'A page of tenants for super admins.';

CREATE FUNCTION platform_tenant_matches(t tenants, search text, wanted_status text, wanted_plan text) RETURNS boolean
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT (wanted_status IS NULL OR t.status = wanted_status) AND (wanted_plan IS NULL OR t.plan = wanted_plan)
        AND (search IS NULL OR strpos(lower(t.name), lower(search)) > 0 OR strpos(t.subdomain, lower(search)) > 0
             OR EXISTS (SELECT FROM users AS u WHERE u.tenant_id = t.tenant_id AND u.role = 'owner'
                        AND strpos(u.email_lc, lower(search)) > 0)
             OR EXISTS (SELECT FROM invitations AS i WHERE i.tenant_id = t.tenant_id AND i.role = 'owner'
                        AND i.accepted_at IS NULL AND i.revoked_at IS NULL AND strpos(i.email_lc, lower(search)) > 0))
$$;
COMMENT ON FUNCTION platform_tenant_matches IS 'Whether a tenant is searched for: by name, subdomain or its owner''s address.';

CREATE FUNCTION platform_count_found_tenants(search text, wanted_status text, wanted_plan text, bound integer) RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT count(*) FROM (
        SELECT 1 FROM tenants AS t
        WHERE t.tenant_id <> '00000000-0000-7000-8000-000000000000'
          AND platform_tenant_matches(t, search, wanted_status, wanted_plan)
        LIMIT bound
    ) AS counted
$$;
COMMENT ON FUNCTION platform_count_found_tenants IS 'How many tenants a search finds, counted up to a bound.';

CREATE OR REPLACE FUNCTION feed_snapshot(token_life interval)
    RETURNS TABLE (kind text, key text, value jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT 'signing_key', id, public_key FROM signing_keys
    UNION ALL
    SELECT 'tenant', tenant_id::text, jsonb_build_object(
        'subdomain', subdomain, 'status', status, 'time_zone', time_zone, 'country', country) FROM tenants
    UNION ALL
    SELECT 'entitlements', tenant_id::text, effective_entitlements(document, limits, disabled_features) FROM entitlements
    UNION ALL
    SELECT 'settings', tenant_id::text, jsonb_build_object('visibility', visibility) FROM tenant_settings
    UNION ALL
    SELECT 'origins', tenant_id::text, jsonb_build_object('origins', origins.origins) FROM origins
    UNION ALL
    SELECT recent.kind, recent.key, recent.value FROM (
        SELECT changes.kind, changes.key, changes.value FROM changes
        WHERE changes.kind IN ('revoked_session', 'revoked_api_key', 'user_version')
          AND changes.created_at > now() - token_life
        ORDER BY changes.sequence
    ) AS recent
$$;

ALTER FUNCTION platform_switch_features OWNER TO tenancy_system;
ALTER FUNCTION platform_find_tenants OWNER TO tenancy_system;
ALTER FUNCTION platform_count_found_tenants OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_switch_features, platform_find_tenants, platform_count_found_tenants FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_switch_features, platform_find_tenants, platform_count_found_tenants TO tenancy_app;
GRANT EXECUTE ON FUNCTION effective_entitlements, platform_tenant_matches TO tenancy_app, tenancy_system;
GRANT SELECT ON users, invitations TO tenancy_system;
GRANT SELECT, INSERT, DELETE, UPDATE ON disabled_features TO tenancy_system;
GRANT INSERT ON changes TO tenancy_system;
