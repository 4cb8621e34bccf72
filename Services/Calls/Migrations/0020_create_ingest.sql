-- What phone systems tell: kept as it came, added up by call, and watched by connection.
CREATE TABLE hook_payloads (
    tenant_id     uuid        NOT NULL,
    id            uuid        NOT NULL,
    connection_id uuid        NOT NULL,
    provider      text        NOT NULL,
    method        text        NOT NULL,
    rest          text[]      NOT NULL,
    query         text,
    content_type  text,
    body          bytea       NOT NULL,
    received_at   timestamptz NOT NULL,
    state         text        NOT NULL DEFAULT 'waiting',
    fault         text,
    processed_at  timestamptz,
    CONSTRAINT hook_payloads_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT hook_payloads_state_check CHECK (state IN ('waiting', 'done', 'ignored', 'failed'))
);
COMMENT ON TABLE hook_payloads IS 'What providers sent, verified and as it came: any day can be read again, and any of it erased without breaking a call.';
COMMENT ON COLUMN hook_payloads.state IS 'ignored: it told of no call. failed: it could not be read, and fault says why.';
CREATE INDEX hook_payloads_waiting_idx ON hook_payloads (tenant_id, connection_id, received_at, id) WHERE state = 'waiting';
CREATE INDEX hook_payloads_received_idx ON hook_payloads (tenant_id, received_at);
ALTER TABLE hook_payloads ENABLE ROW LEVEL SECURITY;
ALTER TABLE hook_payloads FORCE ROW LEVEL SECURITY;
CREATE POLICY hook_payloads_tenant ON hook_payloads USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE hook_payload_calls (
    tenant_id  uuid NOT NULL,
    call_id    uuid NOT NULL,
    payload_id uuid NOT NULL,
    CONSTRAINT hook_payload_calls_pkey PRIMARY KEY (tenant_id, call_id, payload_id),
    CONSTRAINT hook_payload_calls_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT hook_payload_calls_payload_fkey FOREIGN KEY (tenant_id, payload_id)
        REFERENCES hook_payloads (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE hook_payload_calls IS 'Which payloads told of which call; a call that is removed takes them along.';
CREATE INDEX hook_payload_calls_payload_idx ON hook_payload_calls (tenant_id, payload_id);
ALTER TABLE hook_payload_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE hook_payload_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY hook_payload_calls_tenant ON hook_payload_calls USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_accounts (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    document   jsonb       NOT NULL,
    is_own     boolean     NOT NULL DEFAULT true,
    fetched_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_accounts_pkey PRIMARY KEY (tenant_id, call_id),
    CONSTRAINT call_accounts_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE call_accounts IS 'All that a provider has said of a call, added up; the call''s row follows from it.';
COMMENT ON COLUMN call_accounts.is_own IS 'The call was made of reports; else somebody had recorded it, and reports only move it on.';
COMMENT ON COLUMN call_accounts.fetched_at IS 'When the provider itself was last asked.';
ALTER TABLE call_accounts ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_accounts FORCE ROW LEVEL SECURITY;
CREATE POLICY call_accounts_tenant ON call_accounts USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE connection_states (
    tenant_id         uuid        NOT NULL,
    connection_id     uuid        NOT NULL,
    provider          text        NOT NULL,
    last_hook_at      timestamptz,
    last_success_at   timestamptz,
    last_error_at     timestamptz,
    last_error_code   text,
    last_error_detail text,
    failures          integer     NOT NULL DEFAULT 0,
    alert             text,
    alerted_at        timestamptz,
    poll_cursor       jsonb,
    polled_at         timestamptz,
    updated_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT connection_states_pkey PRIMARY KEY (tenant_id, connection_id),
    CONSTRAINT connection_states_alert_check CHECK (alert IN ('credentials', 'silence'))
);
COMMENT ON TABLE connection_states IS 'How each connection does: last success, last error, and what people were told of.';
COMMENT ON COLUMN connection_states.alert IS 'What is wrong and was told; null once it is well again.';
CREATE INDEX connection_states_hook_idx ON connection_states (tenant_id, last_hook_at);
ALTER TABLE connection_states ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_states FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_states_tenant ON connection_states USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE connection_hours (
    tenant_id     uuid        NOT NULL,
    connection_id uuid        NOT NULL,
    hour_at       timestamptz NOT NULL,
    hooks         bigint      NOT NULL,
    CONSTRAINT connection_hours_pkey PRIMARY KEY (tenant_id, connection_id, hour_at)
);
COMMENT ON TABLE connection_hours IS 'How many hooks came in which hour of the last five weeks: when a connection usually speaks.';
ALTER TABLE connection_hours ENABLE ROW LEVEL SECURITY;
ALTER TABLE connection_hours FORCE ROW LEVEL SECURITY;
CREATE POLICY connection_hours_tenant ON connection_hours USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION prune_ingest(payloads_before timestamptz, hours_before timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
BEGIN
    DELETE FROM connection_hours WHERE hour_at < hours_before;
    DELETE FROM hook_payloads WHERE (tenant_id, id) IN (
        SELECT tenant_id, id FROM hook_payloads
        WHERE received_at < payloads_before AND state <> 'waiting' LIMIT 10000);
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION prune_ingest IS 'Removes payloads and counts of all tenants that are older than they are kept; how many payloads.';

CREATE FUNCTION connections_with_state() RETURNS TABLE (tenant_id uuid, connection_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT s.tenant_id, s.connection_id FROM connection_states AS s
$$;
COMMENT ON FUNCTION connections_with_state IS 'The connections of all tenants that have ever spoken or been asked; for the jobs that watch them.';
ALTER FUNCTION prune_ingest OWNER TO calls_system;
ALTER FUNCTION connections_with_state OWNER TO calls_system;
REVOKE ALL ON FUNCTION prune_ingest, connections_with_state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_ingest, connections_with_state TO calls_app;
GRANT SELECT, DELETE ON hook_payloads, connection_hours TO calls_system;
GRANT SELECT ON connection_states TO calls_system;
