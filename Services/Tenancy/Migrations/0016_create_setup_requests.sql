-- Companies ask for an account; rows of the platform, until a super admin has decided.
CREATE TABLE setup_requests (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    company      text        NOT NULL,
    subdomain    text        NOT NULL,
    name         text        NOT NULL,
    email        text        NOT NULL,
    email_lc     text        NOT NULL,
    plan         text        NOT NULL,
    phone_system text        NOT NULL,
    message      text        NOT NULL,
    language     text        NOT NULL,
    status       text        NOT NULL DEFAULT 'unconfirmed',
    reason       text,
    token_digest bytea       NOT NULL,
    made_tenant  uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    decided_at   timestamptz,
    CONSTRAINT setup_requests_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT setup_requests_token_key UNIQUE (tenant_id, token_digest),
    CONSTRAINT setup_requests_status_check CHECK (status IN ('unconfirmed', 'open', 'approved', 'refused'))
);
COMMENT ON TABLE setup_requests IS 'Requests for accounts; all of the platform''s tenant.';
COMMENT ON COLUMN setup_requests.expires_at IS 'Until when the address can be confirmed.';
CREATE INDEX setup_requests_created_idx ON setup_requests (tenant_id, created_at DESC, id DESC);
CREATE INDEX setup_requests_email_idx ON setup_requests (tenant_id, email_lc, created_at);
ALTER TABLE setup_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE setup_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY setup_requests_tenant ON setup_requests USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION platform_approve_setup_request(request uuid, tenant uuid) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH approved AS (
        UPDATE setup_requests SET status = 'approved', made_tenant = tenant, decided_at = now()
        WHERE tenant_id = '00000000-0000-7000-8000-000000000000' AND id = request AND status = 'open'
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM approved)
$$;
COMMENT ON FUNCTION platform_approve_setup_request IS 'Settles a request within the transaction that makes its tenant.';
ALTER FUNCTION platform_approve_setup_request OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_approve_setup_request FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_approve_setup_request TO tenancy_app;
GRANT SELECT, UPDATE ON setup_requests TO tenancy_system;
