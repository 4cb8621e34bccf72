-- What every process must know within a second, in commit order, and the keys that sign tokens.
CREATE TABLE changes (
    sequence   bigint      NOT NULL GENERATED ALWAYS AS IDENTITY,
    tenant_id  uuid,
    kind       text        NOT NULL,
    key        text        NOT NULL,
    value      jsonb,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT changes_pkey PRIMARY KEY (sequence)
);
COMMENT ON TABLE changes IS 'The change feed. Without row-level security: it holds ids and states, no personal data.';
CREATE INDEX changes_created_idx ON changes (created_at);

CREATE FUNCTION append_change(tenant uuid, change_kind text, change_key text, change_value jsonb) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    appended bigint;
BEGIN
    -- Held to the commit, so that numbers become visible in their order and no reader passes one over.
    PERFORM pg_advisory_xact_lock(7301);
    INSERT INTO changes (tenant_id, kind, key, value) VALUES (tenant, change_kind, change_key, change_value)
        RETURNING sequence INTO appended;
    RETURN appended;
END
$$;
COMMENT ON FUNCTION append_change IS 'Adds to the change feed; call it last in its transaction, since it holds back other changes.';

CREATE TABLE signing_keys (
    id           text        NOT NULL,
    public_key   jsonb       NOT NULL,
    private_key  bytea       NOT NULL,
    created_at   timestamptz NOT NULL DEFAULT now(),
    active_from  timestamptz NOT NULL,
    CONSTRAINT signing_keys_pkey PRIMARY KEY (id)
);
COMMENT ON TABLE signing_keys IS 'Ed25519 keys of access tokens; the private half is sealed. Of the platform, so without tenant.';
COMMENT ON COLUMN signing_keys.public_key IS 'The JWK as it is published.';
COMMENT ON COLUMN signing_keys.active_from IS 'From when it signs; published from its creation on.';
