-- Which events of other services have taken effect here, so that none takes effect twice.
CREATE TABLE event_receipts (
    tenant_id uuid NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT event_receipts_pkey PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX event_receipts_age_idx ON event_receipts (received_at);
COMMENT ON TABLE event_receipts IS 'The events whose effects are in this database, so that none takes effect twice.';
