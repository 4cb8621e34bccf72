-- Phone systems name recordings by files, and a collector that brings a file knows nothing but its name.
CREATE TABLE recording_names (
    tenant_id  uuid        NOT NULL,
    source     text        NOT NULL,
    digest     bytea       NOT NULL,
    call_id    uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT recording_names_pkey PRIMARY KEY (tenant_id, source, digest),
    CONSTRAINT recording_names_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id)
        ON DELETE CASCADE
);
COMMENT ON TABLE recording_names IS 'Which call a file belongs to.';
COMMENT ON COLUMN recording_names.digest IS 'SHA-256 of the file''s name without its folder, which may hold a number.';
CREATE INDEX recording_names_call_idx ON recording_names (tenant_id, call_id);
ALTER TABLE recording_names ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_names FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_names_tenant ON recording_names USING (tenant_id = current_setting('app.tenant_id')::uuid);
