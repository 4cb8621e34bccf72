-- Phone systems send many records at once, of which one may be unreadable without costing the others.
CREATE TABLE rejected_records (
    tenant_id     uuid        NOT NULL,
    id            uuid        NOT NULL,
    payload_id    uuid        NOT NULL,
    connection_id uuid        NOT NULL,
    position      integer     NOT NULL,
    record        text        NOT NULL,
    reason        text        NOT NULL,
    received_at   timestamptz NOT NULL,
    CONSTRAINT rejected_records_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT rejected_records_payload_fkey FOREIGN KEY (tenant_id, payload_id)
        REFERENCES hook_payloads (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE rejected_records IS 'Records of payloads that cannot be read, as people are shown them; they go with their payloads.';
COMMENT ON COLUMN rejected_records.position IS 'The record''s place in its payload, from 1.';
CREATE INDEX rejected_records_payload_idx ON rejected_records (tenant_id, payload_id);
CREATE INDEX rejected_records_received_idx ON rejected_records (tenant_id, connection_id, received_at DESC, id DESC);
ALTER TABLE rejected_records ENABLE ROW LEVEL SECURITY;
ALTER TABLE rejected_records FORCE ROW LEVEL SECURITY;
CREATE POLICY rejected_records_tenant ON rejected_records USING (tenant_id = current_setting('app.tenant_id')::uuid);
