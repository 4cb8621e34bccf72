-- How a call ended, in the tenant's own words; eight come with the product.
CREATE TABLE call_dispositions (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    preset     text,
    name       text        NOT NULL,
    category   text        NOT NULL,
    position   integer     NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    retired_at timestamptz,
    CONSTRAINT call_dispositions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_dispositions_preset_key UNIQUE (tenant_id, preset),
    CONSTRAINT call_dispositions_category_check CHECK (category IN ('connected', 'not_connected', 'scheduled', 'do_not_call'))
);
COMMENT ON TABLE call_dispositions IS 'What calls can come to. One that was used is retired and never removed, so that old calls keep theirs.';
COMMENT ON COLUMN call_dispositions.preset IS 'Which of the eight of the product it began as; null for a tenant''s own.';
CREATE UNIQUE INDEX call_dispositions_name_key ON call_dispositions (tenant_id, lower(name)) WHERE retired_at IS NULL;
ALTER TABLE call_dispositions ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_dispositions FORCE ROW LEVEL SECURITY;
CREATE POLICY call_dispositions_tenant ON call_dispositions USING (tenant_id = current_setting('app.tenant_id')::uuid);

-- The column is new, so there is nothing to validate; the wall of the table would not let the validation see it either.
ALTER TABLE calls
    ADD COLUMN disposition_id   uuid,
    ADD COLUMN disposition_note text,
    ADD COLUMN disposition_at   timestamptz,
    ADD COLUMN disposition_by   uuid,
    ADD CONSTRAINT calls_disposition_fkey FOREIGN KEY (tenant_id, disposition_id) REFERENCES call_dispositions (tenant_id, id)
        NOT VALID;
CREATE INDEX calls_disposition_idx ON calls (tenant_id, disposition_id, started_at DESC, id DESC)
    WHERE disposition_id IS NOT NULL AND deleted_at IS NULL AND NOT is_test;
