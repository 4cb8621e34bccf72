-- Names by which a tenant is reached: its own domains, and the subdomains that it has given up.
CREATE TABLE domains (
    tenant_id              uuid        NOT NULL,
    id                     uuid        NOT NULL,
    name                   text        NOT NULL,
    challenge              text        NOT NULL,
    created_at             timestamptz NOT NULL DEFAULT now(),
    verified_at            timestamptz,
    checked_at             timestamptz,
    fault                  text,
    failing_since          timestamptz,
    lapsed_at              timestamptz,
    next_check_at          timestamptz,
    certificate_expires_at timestamptz,
    CONSTRAINT domains_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT domains_name_key UNIQUE (tenant_id, name),
    CONSTRAINT domains_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE
);
COMMENT ON TABLE domains IS 'A claim that is not verified blocks nobody: several tenants may have the same.';
COMMENT ON COLUMN domains.challenge IS 'What the TXT record has to say.';
COMMENT ON COLUMN domains.failing_since IS 'Since when a verified domain''s record has been gone.';
COMMENT ON COLUMN domains.next_check_at IS 'Null once nobody seems to care for it.';
CREATE UNIQUE INDEX domains_verified_key ON domains (name) WHERE verified_at IS NOT NULL;
CREATE INDEX domains_created_idx ON domains (tenant_id, created_at DESC, id DESC);
CREATE INDEX domains_next_check_idx ON domains (next_check_at) WHERE next_check_at IS NOT NULL;
ALTER TABLE domains ENABLE ROW LEVEL SECURITY;
ALTER TABLE domains FORCE ROW LEVEL SECURITY;
CREATE POLICY domains_tenant ON domains USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE former_subdomains (
    tenant_id      uuid        NOT NULL,
    subdomain      text        NOT NULL,
    leads_until    timestamptz NOT NULL,
    reserved_until timestamptz NOT NULL,
    CONSTRAINT former_subdomains_pkey PRIMARY KEY (tenant_id, subdomain),
    CONSTRAINT former_subdomains_subdomain_key UNIQUE (subdomain),
    CONSTRAINT former_subdomains_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE
);
COMMENT ON TABLE former_subdomains IS 'Names that tenants have given up: they still lead to them, and are nobody else''s for a year.';
ALTER TABLE former_subdomains ENABLE ROW LEVEL SECURITY;
ALTER TABLE former_subdomains FORCE ROW LEVEL SECURITY;
CREATE POLICY former_subdomains_tenant ON former_subdomains USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION platform_claim_subdomain(wanted text, tenant uuid) RETURNS boolean
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
BEGIN
    DELETE FROM former_subdomains AS f WHERE f.subdomain = wanted AND (f.tenant_id = tenant OR f.reserved_until < now());
    RETURN NOT EXISTS (SELECT FROM former_subdomains AS f WHERE f.subdomain = wanted);
END
$$;
COMMENT ON FUNCTION platform_claim_subdomain IS 'Whether a tenant may take a name that somebody may have given up; for the transaction that takes it.';

CREATE FUNCTION platform_is_domain_taken(wanted text, tenant uuid) RETURNS boolean
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT EXISTS (SELECT FROM domains AS d WHERE d.name = wanted AND d.verified_at IS NOT NULL AND d.tenant_id <> tenant)
$$;
COMMENT ON FUNCTION platform_is_domain_taken IS 'Whether another tenant has verified a domain.';

CREATE FUNCTION platform_take_due_domains(row_limit integer) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    -- Moved on at once, so that each is looked at by one process, and again should that process die.
    UPDATE domains AS d SET next_check_at = now() + interval '15 minutes'
    FROM (
        SELECT due.tenant_id, due.id FROM domains AS due JOIN tenants AS t ON t.tenant_id = due.tenant_id
        WHERE due.next_check_at <= now() AND t.status <> 'deleted'
        ORDER BY due.next_check_at LIMIT row_limit FOR UPDATE OF due SKIP LOCKED
    ) AS due
    WHERE d.tenant_id = due.tenant_id AND d.id = due.id
    RETURNING d.tenant_id, d.id
$$;
COMMENT ON FUNCTION platform_take_due_domains IS 'The domains of all tenants whose records are to be looked at again.';

CREATE FUNCTION platform_list_verified_domains() RETURNS SETOF text
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT d.name FROM domains AS d JOIN tenants AS t ON t.tenant_id = d.tenant_id
    WHERE d.verified_at IS NOT NULL AND t.status <> 'deleted' ORDER BY d.name
$$;
COMMENT ON FUNCTION platform_list_verified_domains IS 'The hosts that need certificates; for the operator''s command.';

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

ALTER FUNCTION platform_claim_subdomain OWNER TO tenancy_system;
ALTER FUNCTION platform_is_domain_taken OWNER TO tenancy_system;
ALTER FUNCTION platform_take_due_domains OWNER TO tenancy_system;
ALTER FUNCTION platform_list_verified_domains OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_claim_subdomain, platform_is_domain_taken, platform_take_due_domains,
    platform_list_verified_domains FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_claim_subdomain, platform_is_domain_taken, platform_take_due_domains,
    platform_list_verified_domains TO tenancy_app;
GRANT SELECT, UPDATE ON domains TO tenancy_system;
GRANT SELECT, DELETE ON former_subdomains TO tenancy_system;
