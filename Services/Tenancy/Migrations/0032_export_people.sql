-- An archive may be of one person too: who that is lies encrypted until the archive is made.
ALTER TABLE exports
    ADD COLUMN kind     text  NOT NULL DEFAULT 'tenant',
    ADD COLUMN receipts jsonb NOT NULL DEFAULT '[]',
    ADD CONSTRAINT exports_kind_check CHECK (kind IN ('tenant', 'person')) NOT VALID;
COMMENT ON COLUMN exports.receipts IS 'What each service has given, by counts.';
DROP INDEX exports_waiting_key;
CREATE UNIQUE INDEX exports_waiting_tenant_key ON exports (tenant_id) WHERE state = 'waiting' AND kind = 'tenant';

CREATE TABLE export_targets (
    tenant_id uuid  NOT NULL,
    export_id uuid  NOT NULL,
    sealed    bytea NOT NULL,
    CONSTRAINT export_targets_pkey PRIMARY KEY (tenant_id, export_id),
    CONSTRAINT export_targets_export_fkey FOREIGN KEY (tenant_id, export_id)
        REFERENCES exports (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE export_targets IS 'The numbers and addresses of whoever gets what there is about them, encrypted; gone when the archive is made.';
ALTER TABLE export_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE export_targets FORCE ROW LEVEL SECURITY;
CREATE POLICY export_targets_tenant ON export_targets USING (tenant_id = current_setting('app.tenant_id')::uuid);
