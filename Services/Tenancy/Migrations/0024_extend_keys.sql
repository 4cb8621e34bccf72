-- API keys expire, are edited and replaced; programs that are nobody's own have accounts of their own.
CREATE TABLE service_accounts (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    name        text        NOT NULL,
    description text        NOT NULL DEFAULT '',
    scopes      text[]      NOT NULL,
    status      text        NOT NULL DEFAULT 'active',
    version     bigint      NOT NULL DEFAULT 1,
    created_by  uuid        NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    disabled_at timestamptz,
    CONSTRAINT service_accounts_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT service_accounts_name_key UNIQUE (tenant_id, name),
    CONSTRAINT service_accounts_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    CONSTRAINT service_accounts_status_check CHECK (status IN ('active', 'disabled'))
);
COMMENT ON TABLE service_accounts IS 'A program''s account: it has keys and scopes, and never signs in.';
COMMENT ON COLUMN service_accounts.scopes IS 'What its keys may do at most.';
COMMENT ON COLUMN service_accounts.created_by IS 'The person who made it; no foreign key, so that the account outlives them.';
CREATE INDEX service_accounts_created_idx ON service_accounts (tenant_id, created_at DESC, id DESC);
ALTER TABLE service_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE service_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY service_accounts_tenant ON service_accounts USING (tenant_id = current_setting('app.tenant_id')::uuid);

ALTER TABLE api_keys
    ADD COLUMN version            bigint NOT NULL DEFAULT 1,
    ADD COLUMN expires_at         timestamptz,
    ADD COLUMN replaced_by        uuid,
    ADD COLUMN service_account_id uuid;
COMMENT ON COLUMN api_keys.expires_at IS 'From when the key is none; null for never.';
COMMENT ON COLUMN api_keys.replaced_by IS 'The key that was made in its place; both work until this one expires.';
COMMENT ON COLUMN api_keys.service_account_id IS 'Whose key it is; null for one of the tenant as such.';
CREATE INDEX api_keys_account_idx ON api_keys (tenant_id, service_account_id) WHERE service_account_id IS NOT NULL;
