-- Answers of requests with an Idempotency-Key, so that sending one again changes nothing.
CREATE TABLE idempotency_keys (
    tenant_id uuid NOT NULL,
    digest bytea NOT NULL,
    body_digest bytea NOT NULL,
    lease uuid NOT NULL,
    leased_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    status integer,
    headers jsonb,
    body bytea,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (tenant_id, digest),
    CONSTRAINT idempotency_keys_digest_check CHECK (octet_length(digest) = 32 AND octet_length(body_digest) = 32),
    CONSTRAINT idempotency_keys_answer_check CHECK ((status IS NULL) = (headers IS NULL))
);
CREATE INDEX idempotency_keys_expiry_idx ON idempotency_keys (tenant_id, expires_at);
ALTER TABLE idempotency_keys ENABLE ROW LEVEL SECURITY;
ALTER TABLE idempotency_keys FORCE ROW LEVEL SECURITY;
CREATE POLICY idempotency_keys_tenant ON idempotency_keys
    USING (tenant_id = current_setting('app.tenant_id')::uuid);
COMMENT ON TABLE idempotency_keys IS 'A request that may be sent again: running while status is null, else with its answer.';
COMMENT ON COLUMN idempotency_keys.digest IS 'SHA-256 of caller, method, path and key.';
