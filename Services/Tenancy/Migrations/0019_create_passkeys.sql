-- People sign in with passkeys: a device that has asked for a PIN, a finger or a face signs a challenge, which counts as two factors.
CREATE TABLE passkeys (
    tenant_id          uuid        NOT NULL,
    id                 uuid        NOT NULL,
    user_id            uuid        NOT NULL,
    credential_id      bytea       NOT NULL,
    public_key         bytea       NOT NULL,
    sign_count         bigint      NOT NULL,
    is_backup_eligible boolean     NOT NULL,
    is_backed_up       boolean     NOT NULL,
    name               text        NOT NULL,
    transports         text[]      NOT NULL,
    created_at         timestamptz NOT NULL DEFAULT now(),
    last_used_at       timestamptz,
    CONSTRAINT passkeys_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT passkeys_credential_key UNIQUE (tenant_id, credential_id),
    CONSTRAINT passkeys_user_fkey FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE passkeys IS 'Public keys of people''s devices; the private ones never leave these.';
COMMENT ON COLUMN passkeys.public_key IS 'COSE, as the authenticator wrote it.';
COMMENT ON COLUMN passkeys.sign_count IS 'The last that was seen: one that does not grow tells of a copy. Zero for authenticators that do not count.';
COMMENT ON COLUMN passkeys.is_backup_eligible IS 'May be copied to the person''s other devices; never changes.';
CREATE INDEX passkeys_user_idx ON passkeys (tenant_id, user_id, created_at, id);
ALTER TABLE passkeys ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkeys FORCE ROW LEVEL SECURITY;
CREATE POLICY passkeys_tenant ON passkeys USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE passkey_challenges (
    tenant_id  uuid        NOT NULL,
    digest     bytea       NOT NULL,
    purpose    text        NOT NULL,
    user_id    uuid,
    asker      bytea       NOT NULL,
    expires_at timestamptz NOT NULL,
    CONSTRAINT passkey_challenges_pkey PRIMARY KEY (tenant_id, digest),
    CONSTRAINT passkey_challenges_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT passkey_challenges_purpose_check CHECK (purpose IN ('register', 'sign_in', 'reauthenticate'))
);
COMMENT ON TABLE passkey_challenges IS 'SHA-256 of what passkeys are asked to sign, each once.';
COMMENT ON COLUMN passkey_challenges.asker IS 'A digest of the network that asked, so that each can have so many open at once.';
CREATE INDEX passkey_challenges_asker_idx ON passkey_challenges (tenant_id, asker, expires_at);
CREATE INDEX passkey_challenges_expires_idx ON passkey_challenges (expires_at);
ALTER TABLE passkey_challenges ENABLE ROW LEVEL SECURITY;
ALTER TABLE passkey_challenges FORCE ROW LEVEL SECURITY;
CREATE POLICY passkey_challenges_tenant ON passkey_challenges USING (tenant_id = current_setting('app.tenant_id')::uuid);

ALTER TABLE sessions ADD COLUMN method text NOT NULL DEFAULT 'password';
COMMENT ON COLUMN sessions.method IS 'How the person showed who they are: password, passkey or single_sign_on.';

CREATE FUNCTION prune_passkey_challenges() RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM passkey_challenges WHERE expires_at < now();
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION prune_passkey_challenges IS 'Removes challenges that nobody can answer any more, in all tenants; for the hourly pruning.';
ALTER FUNCTION prune_passkey_challenges OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION prune_passkey_challenges FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_passkey_challenges TO tenancy_app;
GRANT SELECT, DELETE ON passkey_challenges TO tenancy_system;
