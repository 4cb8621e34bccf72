-- One change of many tenants, seen before it is made, followed while it is made, and taken back as a whole.
CREATE TABLE bulk_changes (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    change       jsonb       NOT NULL,
    state        text        NOT NULL DEFAULT 'running',
    requested_by uuid        NOT NULL,
    requested_at timestamptz NOT NULL DEFAULT now(),
    finished_at  timestamptz,
    CONSTRAINT bulk_changes_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT bulk_changes_state_check CHECK (state IN ('running', 'done', 'undoing', 'undone'))
);
CREATE INDEX bulk_changes_requested_idx ON bulk_changes (tenant_id, requested_at DESC, id DESC);
COMMENT ON TABLE bulk_changes IS 'What a super admin does to many tenants at once; of the platform.';
ALTER TABLE bulk_changes ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_changes FORCE ROW LEVEL SECURITY;
CREATE POLICY bulk_changes_tenant ON bulk_changes USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE bulk_change_items (
    tenant_id uuid  NOT NULL,
    bulk_id   uuid  NOT NULL,
    target_id uuid  NOT NULL,
    state     text  NOT NULL DEFAULT 'waiting',
    before    jsonb,
    after     jsonb,
    CONSTRAINT bulk_change_items_pkey PRIMARY KEY (tenant_id, bulk_id, target_id),
    CONSTRAINT bulk_change_items_bulk_fkey FOREIGN KEY (tenant_id, bulk_id)
        REFERENCES bulk_changes (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT bulk_change_items_state_check CHECK (state IN ('waiting', 'done', 'unchanged', 'failed', 'undone', 'kept'))
);
COMMENT ON TABLE bulk_change_items IS 'What became of each tenant, and what it was before, so that it can be that again.';
COMMENT ON COLUMN bulk_change_items.state IS 'kept: it was not taken back, since the tenant has been changed otherwise meanwhile.';
ALTER TABLE bulk_change_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_change_items FORCE ROW LEVEL SECURITY;
CREATE POLICY bulk_change_items_tenant ON bulk_change_items USING (tenant_id = current_setting('app.tenant_id')::uuid);
