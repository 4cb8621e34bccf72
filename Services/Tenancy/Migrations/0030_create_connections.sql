-- What opens a tenant's phone systems and other providers; the secrets are sealed as one value.
CREATE TABLE connections (
    tenant_id        uuid        NOT NULL,
    id               uuid        NOT NULL,
    provider         text        NOT NULL,
    name             text        NOT NULL,
    is_enabled       boolean     NOT NULL DEFAULT true,
    settings         jsonb       NOT NULL DEFAULT '{}',
    credential_names text[]      NOT NULL,
    secrets          bytea       NOT NULL,
    time_zone        text,
    country          text,
    secret_until     timestamptz,
    version          bigint      NOT NULL DEFAULT 1,
    created_by       uuid,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT connections_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT connections_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE
);
COMMENT ON TABLE connections IS 'A tenant''s accounts at providers; several of one provider are several rows.';
COMMENT ON COLUMN connections.secrets IS 'Credentials and hook secrets, sealed together.';
COMMENT ON COLUMN connections.credential_names IS 'Which credentials are among the secrets; their names alone.';
COMMENT ON COLUMN connections.secret_until IS 'Until when the hook secret before the last rotation counts too.';
CREATE INDEX connections_created_idx ON connections (tenant_id, created_at DESC, id DESC);
ALTER TABLE connections ENABLE ROW LEVEL SECURITY;
ALTER TABLE connections FORCE ROW LEVEL SECURITY;
CREATE POLICY connections_tenant ON connections USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE OR REPLACE FUNCTION platform_sealed_rows(
    header bytea, after_place text, after_tenant uuid, after_row text, row_limit integer
) RETURNS TABLE (place text, tenant_id uuid, row_id text, sealed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT all_of_them.place, all_of_them.tenant_id, all_of_them.row_id, all_of_them.sealed FROM (
        SELECT 'second_factors' AS place, f.tenant_id, f.user_id::text AS row_id, f.secret AS sealed
            FROM second_factors AS f
        UNION ALL
        SELECT 'single_sign_on', o.tenant_id, o.tenant_id::text, o.client_secret FROM single_sign_on AS o
            WHERE o.client_secret IS NOT NULL
        UNION ALL
        SELECT 'erasure_targets', e.tenant_id, e.erasure_id::text, e.sealed FROM erasure_targets AS e
        UNION ALL
        SELECT 'audit_seals', s.tenant_id, s.number::text, s.proof FROM audit_seals AS s
        UNION ALL
        SELECT 'connections', c.tenant_id, c.id::text, c.secrets FROM connections AS c
        UNION ALL
        SELECT 'signing_keys', '00000000-0000-7000-8000-000000000000'::uuid, k.id, k.private_key FROM signing_keys AS k
    ) AS all_of_them
    WHERE substring(all_of_them.sealed FOR length(header)) <> header
      AND (all_of_them.place, all_of_them.tenant_id, all_of_them.row_id) > (after_place, after_tenant, after_row)
    ORDER BY 1, 2, 3 LIMIT row_limit
$$;
GRANT SELECT ON connections TO tenancy_system;
