-- Hooks that have been answered and are not delivered yet; what they say stands behind the wall, beside ids and states.
CREATE TABLE inbox (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    position bigint GENERATED ALWAYS AS IDENTITY,
    service text NOT NULL,
    provider text NOT NULL,
    connection_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    size_bytes integer NOT NULL,
    event_key bytea NOT NULL,
    proof bytea NOT NULL,
    state text NOT NULL DEFAULT 'waiting',
    attempts integer NOT NULL DEFAULT 0,
    first_failed_at timestamptz,
    settled_at timestamptz,
    failure text,
    CONSTRAINT inbox_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT inbox_proof_key UNIQUE (tenant_id, connection_id, proof),
    CONSTRAINT inbox_digests_check CHECK (octet_length(event_key) = 32 AND octet_length(proof) = 32),
    CONSTRAINT inbox_provider_check CHECK (length(provider) BETWEEN 1 AND 40),
    CONSTRAINT inbox_failure_check CHECK (length(failure) <= 80),
    CONSTRAINT inbox_state_check CHECK (state IN ('waiting', 'delivered', 'repeated', 'refused', 'parked', 'erased')),
    CONSTRAINT inbox_settled_check CHECK ((state = 'waiting') = (settled_at IS NULL))
);
CREATE INDEX inbox_waiting_idx ON inbox (tenant_id, service, connection_id, position) WHERE state = 'waiting';
CREATE INDEX inbox_delivered_idx ON inbox (tenant_id, connection_id, event_key) WHERE state = 'delivered';
CREATE INDEX inbox_settled_idx ON inbox (settled_at) WHERE state <> 'waiting';
CREATE INDEX inbox_shown_idx ON inbox (tenant_id, state, settled_at DESC) WHERE state IN ('refused', 'parked');
COMMENT ON TABLE inbox IS 'A hook of a provider: whose it is, how it is known again and what became of it. Ids only, so without row-level security.';
COMMENT ON COLUMN inbox.position IS 'The order of delivery within a connection; the database alone counts it, whatever clocks say.';
COMMENT ON COLUMN inbox.event_key IS 'SHA-256 of what makes two hooks the same event; a delivered one makes others repeats.';
COMMENT ON COLUMN inbox.proof IS 'SHA-256 of all that was sent, the signature included: nobody can keep a hook out by forging one like it.';

CREATE TABLE inbox_payloads (
    tenant_id uuid NOT NULL,
    hook_id uuid NOT NULL,
    method text NOT NULL,
    target text NOT NULL,
    scheme text NOT NULL,
    host text NOT NULL,
    client_address text NOT NULL,
    headers bytea NOT NULL,
    body bytea NOT NULL,
    CONSTRAINT inbox_payloads_pkey PRIMARY KEY (tenant_id, hook_id),
    CONSTRAINT inbox_payloads_hook_fkey FOREIGN KEY (tenant_id, hook_id)
        REFERENCES inbox (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE inbox_payloads ENABLE ROW LEVEL SECURITY;
ALTER TABLE inbox_payloads FORCE ROW LEVEL SECURITY;
CREATE POLICY inbox_payloads_tenant ON inbox_payloads USING (tenant_id = current_setting('app.tenant_id')::uuid);
COMMENT ON TABLE inbox_payloads IS 'What a hook says, byte for byte; removed when it is delivered, and erasable before.';

CREATE TABLE inbox_lanes (
    tenant_id uuid NOT NULL,
    service text NOT NULL,
    connection_id uuid NOT NULL,
    waiting_hooks bigint NOT NULL,
    waiting_bytes bigint NOT NULL,
    due_at timestamptz,
    lease_id uuid,
    used_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT inbox_lanes_pkey PRIMARY KEY (tenant_id, service, connection_id)
) WITH (fillfactor = 70);
CREATE INDEX inbox_lanes_due_idx ON inbox_lanes (service, due_at) WHERE due_at IS NOT NULL;
COMMENT ON TABLE inbox_lanes IS 'The connections with hooks, each a line of its own: one worker at a time serves it, in order.';
COMMENT ON COLUMN inbox_lanes.waiting_hooks IS 'Changed with the hooks in one transaction, so a row lock keeps quota and waking exact.';
COMMENT ON COLUMN inbox_lanes.due_at IS 'Also the lease: whoever delivers moves it ahead first. Null while nothing waits.';

-- The wall holds: whoever calls it has set the tenant.
CREATE FUNCTION inbox_erase(wanted_tenant uuid, needles text[]) RETURNS bigint
LANGUAGE sql SET search_path = public, pg_temp AS $$
    WITH erased AS (
        DELETE FROM inbox_payloads AS payload
        WHERE payload.tenant_id = wanted_tenant AND EXISTS (
            SELECT FROM unnest(needles) AS wanted (needle)
            WHERE wanted.needle <> ''
                AND (strpos(lower(encode(payload.body, 'escape')), lower(encode(convert_to(needle, 'UTF8'), 'escape'))) > 0
                    OR strpos(lower(encode(payload.headers, 'escape')), lower(encode(convert_to(needle, 'UTF8'), 'escape'))) > 0
                    OR strpos(lower(payload.target), lower(needle)) > 0))
        RETURNING payload.hook_id
    )
    SELECT count(*) FROM erased
$$;
COMMENT ON FUNCTION inbox_erase IS 'Removes what hooks of a tenant say wherever one of the texts occurs; returns how many. A hook without payload is not delivered.';

CREATE FUNCTION inbox_forget_tenant(wanted_tenant uuid) RETURNS void
LANGUAGE sql SET search_path = public, pg_temp AS $$
    DELETE FROM inbox_lanes WHERE tenant_id = wanted_tenant;
    DELETE FROM inbox WHERE tenant_id = wanted_tenant;
$$;
COMMENT ON FUNCTION inbox_forget_tenant IS 'Leaves no row of a deleted tenant in the inbox.';
