-- What tenants and people set, by the names of the catalogue of settings; types, limits and defaults are the catalogue's.
ALTER TABLE tenant_settings
    ADD COLUMN overrides jsonb  NOT NULL DEFAULT '{}',
    ADD COLUMN version   bigint NOT NULL DEFAULT 1;
COMMENT ON COLUMN tenant_settings.overrides IS 'What the tenant has set, by name; the platform''s row holds what counts for all that have not.';
COMMENT ON COLUMN tenant_settings.visibility IS 'Of an earlier release; what agents see is among the overrides.';
COMMENT ON COLUMN tenant_settings.version IS 'Grows with each change.';

CREATE TABLE user_settings (
    tenant_id  uuid        NOT NULL,
    user_id    uuid        NOT NULL,
    overrides  jsonb       NOT NULL DEFAULT '{}',
    version    bigint      NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_settings_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT user_settings_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE user_settings IS 'What a person has set for themselves; language and time zone are columns of users.';
ALTER TABLE user_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY user_settings_tenant ON user_settings USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION settings_document(t tenants, overrides jsonb) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT jsonb_build_object(
        'visibility', coalesce($2 ->> 'visibility', 'own'),
        'values', coalesce($2, '{}') || jsonb_build_object(
            'language', $1.language, 'time_zone', $1.time_zone, 'country', $1.country))
$$;
COMMENT ON FUNCTION settings_document IS 'What the change feed tells of a tenant''s settings.';

CREATE OR REPLACE FUNCTION feed_snapshot(token_life interval)
    RETURNS TABLE (kind text, key text, value jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT 'signing_key', id, public_key FROM signing_keys
    UNION ALL
    SELECT 'tenant', tenant_id::text, jsonb_build_object(
        'subdomain', subdomain, 'status', status, 'time_zone', time_zone, 'country', country) FROM tenants
    UNION ALL
    SELECT 'domain', name, jsonb_build_object('tenant_id', tenant_id) FROM domains WHERE verified_at IS NOT NULL
    UNION ALL
    SELECT 'former_subdomain', subdomain, jsonb_build_object(
        'tenant_id', tenant_id, 'expires_at', to_char(leads_until AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
        FROM former_subdomains WHERE leads_until > now()
    UNION ALL
    SELECT 'entitlements', tenant_id::text, effective_entitlements(document, limits, disabled_features) FROM entitlements
    UNION ALL
    SELECT 'settings', t.tenant_id::text, settings_document(t, s.overrides)
        FROM tenants AS t LEFT JOIN tenant_settings AS s ON s.tenant_id = t.tenant_id
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
GRANT EXECUTE ON FUNCTION settings_document TO tenancy_app, tenancy_system;
