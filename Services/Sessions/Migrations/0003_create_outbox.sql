-- What other services are told of tenants, written in the transaction of the fact.
CREATE TABLE outbox_sequences (
    tenant_id uuid NOT NULL,
    subject text NOT NULL,
    last bigint NOT NULL,
    CONSTRAINT outbox_sequences_pkey PRIMARY KEY (tenant_id, subject)
);
COMMENT ON TABLE outbox_sequences IS 'The number of the last event of each subject; its row lock puts publishers in order.';

CREATE TABLE outbox_events (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    type text NOT NULL,
    version integer NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    occurred_at timestamptz NOT NULL,
    traceparent text,
    CONSTRAINT outbox_events_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT outbox_events_sequence_key UNIQUE (tenant_id, subject, sequence)
);
CREATE INDEX outbox_events_age_idx ON outbox_events (occurred_at);
COMMENT ON TABLE outbox_events IS 'What happened; written in the transaction of the fact.';

CREATE TABLE outbox_payloads (
    tenant_id uuid NOT NULL,
    event_id uuid NOT NULL,
    data jsonb NOT NULL,
    CONSTRAINT outbox_payloads_pkey PRIMARY KEY (tenant_id, event_id),
    CONSTRAINT outbox_payloads_event_fkey FOREIGN KEY (tenant_id, event_id)
        REFERENCES outbox_events (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE outbox_payloads ENABLE ROW LEVEL SECURITY;
ALTER TABLE outbox_payloads FORCE ROW LEVEL SECURITY;
CREATE POLICY outbox_payloads_tenant ON outbox_payloads
    USING (tenant_id = current_setting('app.tenant_id')::uuid);
COMMENT ON TABLE outbox_payloads IS 'The data of an event; a missing row is delivered as an empty object.';

CREATE TABLE outbox_deliveries (
    tenant_id uuid NOT NULL,
    event_id uuid NOT NULL,
    subscriber text NOT NULL,
    subject text NOT NULL,
    sequence bigint NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    next_attempt_at timestamptz NOT NULL,
    first_failed_at timestamptz,
    delivered_at timestamptz,
    parked_at timestamptz,
    failure text,
    CONSTRAINT outbox_deliveries_pkey PRIMARY KEY (tenant_id, event_id, subscriber),
    CONSTRAINT outbox_deliveries_event_fkey FOREIGN KEY (tenant_id, event_id)
        REFERENCES outbox_events (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX outbox_deliveries_due_idx ON outbox_deliveries (subscriber, next_attempt_at)
    WHERE delivered_at IS NULL AND parked_at IS NULL;
CREATE INDEX outbox_deliveries_order_idx ON outbox_deliveries (subscriber, tenant_id, subject, sequence)
    WHERE delivered_at IS NULL AND parked_at IS NULL;
CREATE INDEX outbox_deliveries_parked_idx ON outbox_deliveries (parked_at) WHERE parked_at IS NOT NULL;
COMMENT ON TABLE outbox_deliveries IS 'One row for each event and subscriber, kept for a week after it was delivered.';
COMMENT ON COLUMN outbox_deliveries.next_attempt_at IS 'Also the lease: whoever delivers moves it ahead first.';
