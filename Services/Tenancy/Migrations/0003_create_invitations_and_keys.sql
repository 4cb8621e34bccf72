-- Ways in other than a password: invitations for people, keys for software, one-time links by the operator.
CREATE TABLE invitations (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    email        text        NOT NULL,
    email_lc     text        NOT NULL,
    name         text,
    role         text        NOT NULL,
    purpose      text        NOT NULL DEFAULT 'invitation',
    token_digest bytea       NOT NULL,
    created_by   uuid,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    accepted_at  timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT invitations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT invitations_token_key UNIQUE (tenant_id, token_digest),
    CONSTRAINT invitations_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    CONSTRAINT invitations_role_check CHECK (role IN ('super_admin', 'owner', 'admin', 'agent')),
    CONSTRAINT invitations_purpose_check CHECK (purpose IN ('invitation', 'reset'))
);
COMMENT ON TABLE invitations IS 'A one-time link by which a person sets a password: a new one, or after a reset by the operator.';
CREATE INDEX invitations_created_idx ON invitations (tenant_id, created_at DESC, id DESC);
CREATE INDEX invitations_pending_idx ON invitations (tenant_id, email_lc) WHERE accepted_at IS NULL AND revoked_at IS NULL;
ALTER TABLE invitations ENABLE ROW LEVEL SECURITY;
ALTER TABLE invitations FORCE ROW LEVEL SECURITY;
CREATE POLICY invitations_tenant ON invitations USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE api_keys (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    name         text        NOT NULL,
    scopes       text[]      NOT NULL,
    mode         text        NOT NULL DEFAULT 'live',
    prefix       text        NOT NULL,
    digest       bytea       NOT NULL,
    created_by   uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz,
    revoked_at   timestamptz,
    CONSTRAINT api_keys_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT api_keys_digest_key UNIQUE (tenant_id, digest),
    CONSTRAINT api_keys_creator_fkey FOREIGN KEY (tenant_id, created_by) REFERENCES users (tenant_id, id),
    CONSTRAINT api_keys_mode_check CHECK (mode IN ('live', 'test'))
);
COMMENT ON TABLE api_keys IS 'SHA-256 of each key; the key itself is shown once and kept nowhere.';
CREATE INDEX api_keys_created_idx ON api_keys (tenant_id, created_at DESC, id DESC);
ALTER TABLE api_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE api_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY api_keys_tenant ON api_keys USING (tenant_id = current_setting('app.tenant_id')::uuid);
