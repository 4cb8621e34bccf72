-- People sign in at their company's own provider (OpenID Connect), as a tenant's owner has set it up.
CREATE TABLE single_sign_on (
    tenant_id     uuid        NOT NULL,
    issuer        text        NOT NULL,
    client_id     text        NOT NULL,
    client_secret bytea,
    label         text        NOT NULL,
    scopes        text[]      NOT NULL,
    email_domains text[]      NOT NULL,
    domain_claim  text,
    trusts_email  boolean     NOT NULL,
    creates_users boolean     NOT NULL,
    role_claim    text,
    role_values   text[]      NOT NULL,
    role_names    text[]      NOT NULL,
    default_role  text,
    is_enabled    boolean     NOT NULL,
    is_enforced   boolean     NOT NULL,
    version       bigint      NOT NULL DEFAULT 1,
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT single_sign_on_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT single_sign_on_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    CONSTRAINT single_sign_on_role_check CHECK (default_role IN ('admin', 'agent')),
    CONSTRAINT single_sign_on_roles_check CHECK (
        cardinality(role_values) = cardinality(role_names) AND role_names <@ ARRAY['admin', 'agent']),
    CONSTRAINT single_sign_on_enforced_check CHECK (is_enabled OR NOT is_enforced)
);
COMMENT ON TABLE single_sign_on IS 'A tenant''s provider and what its word counts for.';
COMMENT ON COLUMN single_sign_on.client_secret IS 'Sealed; null for a client without one.';
COMMENT ON COLUMN single_sign_on.role_values IS 'Values of the role claim; the first that fits gives the role at its place in role_names.';
COMMENT ON COLUMN single_sign_on.is_enforced IS 'Nobody but owners comes in any other way.';
ALTER TABLE single_sign_on ENABLE ROW LEVEL SECURITY;
ALTER TABLE single_sign_on FORCE ROW LEVEL SECURITY;
CREATE POLICY single_sign_on_tenant ON single_sign_on USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE single_sign_on_attempts (
    tenant_id      uuid        NOT NULL,
    state_digest   bytea       NOT NULL,
    browser_digest bytea       NOT NULL,
    issuer         text        NOT NULL,
    client_id      text        NOT NULL,
    redirect_url   text        NOT NULL,
    return_to      text        NOT NULL,
    asker          bytea       NOT NULL,
    expires_at     timestamptz NOT NULL,
    CONSTRAINT single_sign_on_attempts_pkey PRIMARY KEY (tenant_id, state_digest)
);
COMMENT ON TABLE single_sign_on_attempts IS 'Sign-ins under way at a provider: digests of the state that travels and of the secret that stays in the browser, each once.';
COMMENT ON COLUMN single_sign_on_attempts.asker IS 'A digest of the network that asked, so that each can have so many open at once.';
CREATE INDEX single_sign_on_attempts_asker_idx ON single_sign_on_attempts (tenant_id, asker, expires_at);
CREATE INDEX single_sign_on_attempts_expires_idx ON single_sign_on_attempts (expires_at);
ALTER TABLE single_sign_on_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE single_sign_on_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY single_sign_on_attempts_tenant ON single_sign_on_attempts
    USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE single_sign_on_accounts (
    tenant_id    uuid        NOT NULL,
    issuer       text        NOT NULL,
    subject      text        NOT NULL,
    user_id      uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT single_sign_on_accounts_pkey PRIMARY KEY (tenant_id, issuer, subject),
    CONSTRAINT single_sign_on_accounts_user_key UNIQUE (tenant_id, user_id, issuer),
    CONSTRAINT single_sign_on_accounts_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE single_sign_on_accounts IS 'Whom a provider means: once known, a person is found by the provider''s subject and no more by the address.';
ALTER TABLE single_sign_on_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE single_sign_on_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY single_sign_on_accounts_tenant ON single_sign_on_accounts
    USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION prune_single_sign_on_attempts() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM single_sign_on_attempts WHERE expires_at < now();
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION prune_single_sign_on_attempts IS 'Removes sign-ins that nobody can finish any more, in all tenants; for the hourly pruning.';
ALTER FUNCTION prune_single_sign_on_attempts OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION prune_single_sign_on_attempts FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_single_sign_on_attempts TO tenancy_app;
GRANT SELECT, DELETE ON single_sign_on_attempts TO tenancy_system;
