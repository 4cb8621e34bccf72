-- A super admin acts as a tenant's owner: by a code that works once, within a minute, and in a session that is marked.
CREATE TABLE impersonations (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    impersonator uuid        NOT NULL,
    digest       bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    expires_at   timestamptz NOT NULL,
    used_at      timestamptz,
    CONSTRAINT impersonations_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT impersonations_digest_key UNIQUE (tenant_id, digest),
    CONSTRAINT impersonations_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE impersonations IS 'SHA-256 of each code and whom it is for; the impersonator is a user of the platform.';
COMMENT ON COLUMN impersonations.expires_at IS 'Of the code; the session that it opens lasts half an hour.';
ALTER TABLE impersonations ENABLE ROW LEVEL SECURITY;
ALTER TABLE impersonations FORCE ROW LEVEL SECURITY;
CREATE POLICY impersonations_tenant ON impersonations USING (tenant_id = current_setting('app.tenant_id')::uuid);
