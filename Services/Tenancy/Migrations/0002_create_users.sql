-- People, their sign-ins and the refresh tokens of each: identity is keyed by (tenant, e-mail).
CREATE TABLE users (
    tenant_id        uuid        NOT NULL,
    id               uuid        NOT NULL,
    email            text        NOT NULL,
    email_lc         text        NOT NULL,
    name             text        NOT NULL,
    role             text        NOT NULL,
    status           text        NOT NULL DEFAULT 'active',
    password_hash    text,
    version          bigint      NOT NULL DEFAULT 1,
    language         text,
    time_zone        text,
    created_at       timestamptz NOT NULL DEFAULT now(),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    last_sign_in_at  timestamptz,
    CONSTRAINT users_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT users_email_key UNIQUE (tenant_id, email_lc),
    CONSTRAINT users_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    CONSTRAINT users_role_check CHECK (role IN ('super_admin', 'owner', 'admin', 'agent')),
    CONSTRAINT users_status_check CHECK (status IN ('active', 'deactivated'))
);
COMMENT ON TABLE users IS 'A person within one tenant; the same address in two tenants is two people.';
COMMENT ON COLUMN users.version IS 'Tokens that carry a lower version are void: grows with each change of role, status or password.';
COMMENT ON COLUMN users.email_lc IS 'Lower case, so that the unique index serves behind row-level security.';
CREATE INDEX users_created_idx ON users (tenant_id, created_at DESC, id DESC);
ALTER TABLE users ENABLE ROW LEVEL SECURITY;
ALTER TABLE users FORCE ROW LEVEL SECURITY;
CREATE POLICY users_tenant ON users USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE sessions (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    last_used_at timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    revoked_at   timestamptz,
    CONSTRAINT sessions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT sessions_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE sessions IS 'One sign-in: the family of its refresh tokens, named by sid in its access tokens.';
CREATE INDEX sessions_user_idx ON sessions (tenant_id, user_id, created_at DESC);
CREATE INDEX sessions_revoked_idx ON sessions (tenant_id, revoked_at) WHERE revoked_at IS NOT NULL;
ALTER TABLE sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY sessions_tenant ON sessions USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE refresh_tokens (
    tenant_id     uuid        NOT NULL,
    digest        bytea       NOT NULL,
    session_id    uuid        NOT NULL,
    parent_digest bytea,
    created_at    timestamptz NOT NULL DEFAULT now(),
    expires_at    timestamptz NOT NULL,
    used_at       timestamptz,
    successors    integer     NOT NULL DEFAULT 0,
    CONSTRAINT refresh_tokens_pkey PRIMARY KEY (tenant_id, digest),
    CONSTRAINT refresh_tokens_session_fkey FOREIGN KEY (tenant_id, session_id)
        REFERENCES sessions (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT refresh_tokens_successors_check CHECK (successors BETWEEN 0 AND 2)
);
COMMENT ON TABLE refresh_tokens IS 'SHA-256 of each refresh token; the token itself is nowhere.';
COMMENT ON COLUMN refresh_tokens.successors IS 'One by rotation, one more within the grace of 30 s.';
CREATE INDEX refresh_tokens_session_idx ON refresh_tokens (tenant_id, session_id);
CREATE INDEX refresh_tokens_parent_idx ON refresh_tokens (tenant_id, parent_digest) WHERE parent_digest IS NOT NULL;
ALTER TABLE refresh_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE refresh_tokens FORCE ROW LEVEL SECURITY;
CREATE POLICY refresh_tokens_tenant ON refresh_tokens USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE sign_in_attempts (
    tenant_id      uuid        NOT NULL,
    subject        bytea       NOT NULL,
    failures       integer     NOT NULL DEFAULT 0,
    last_failed_at timestamptz NOT NULL DEFAULT now(),
    locked_until   timestamptz,
    CONSTRAINT sign_in_attempts_pkey PRIMARY KEY (tenant_id, subject)
);
COMMENT ON TABLE sign_in_attempts IS 'Failed sign-ins by a digest of (account, address), so that no address or e-mail is kept.';
ALTER TABLE sign_in_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE sign_in_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY sign_in_attempts_tenant ON sign_in_attempts USING (tenant_id = current_setting('app.tenant_id')::uuid);
