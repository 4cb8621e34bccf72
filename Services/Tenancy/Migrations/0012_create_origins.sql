-- From which web sites a tenant's visitors come; the gateway lets those alone call what visitors may call.
CREATE TABLE origins (
    tenant_id  uuid        NOT NULL,
    origins    text[]      NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT origins_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT origins_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    CONSTRAINT origins_count_check CHECK (cardinality(origins) <= 200)
);
COMMENT ON TABLE origins IS 'The origins of the web sites on which a tenant''s widgets stand, of all widgets together; set by sessions.';
ALTER TABLE origins ENABLE ROW LEVEL SECURITY;
ALTER TABLE origins FORCE ROW LEVEL SECURITY;
CREATE POLICY origins_tenant ON origins USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE OR REPLACE FUNCTION feed_snapshot(token_life interval)
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
    SELECT 'origins', tenant_id::text, jsonb_build_object('origins', origins.origins) FROM origins
    UNION ALL
    SELECT recent.kind, recent.key, recent.value FROM (
        SELECT changes.kind, changes.key, changes.value FROM changes
        WHERE changes.kind IN ('revoked_session', 'revoked_api_key', 'user_version')
          AND changes.created_at > now() - token_life
        ORDER BY changes.sequence
    ) AS recent
$$;
GRANT SELECT ON origins TO tenancy_system;
