-- History brought in from elsewhere: looked at first, told row by row, undone whole.
CREATE TABLE call_imports (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    source      text        NOT NULL,
    state       text        NOT NULL DEFAULT 'preview',
    created_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    started_at  timestamptz,
    finished_at timestamptz,
    CONSTRAINT call_imports_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_imports_state_check CHECK (state IN ('preview', 'running', 'done', 'undoing', 'undone'))
);
COMMENT ON TABLE call_imports IS 'Files of calls that were brought in, and how far each has come.';
COMMENT ON COLUMN call_imports.source IS 'The source of its calls: a row with a known id of the same source is there already.';
CREATE INDEX call_imports_created_idx ON call_imports (tenant_id, created_at DESC, id DESC);
ALTER TABLE call_imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_imports FORCE ROW LEVEL SECURITY;
CREATE POLICY call_imports_tenant ON call_imports USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_import_rows (
    tenant_id   uuid    NOT NULL,
    import_id   uuid    NOT NULL,
    number      integer NOT NULL,
    external_id text,
    document    jsonb   NOT NULL,
    state       text    NOT NULL,
    faults      text[]  NOT NULL DEFAULT '{}',
    call_id     uuid,
    CONSTRAINT call_import_rows_pkey PRIMARY KEY (tenant_id, import_id, number),
    CONSTRAINT call_import_rows_import_fkey FOREIGN KEY (tenant_id, import_id)
        REFERENCES call_imports (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_import_rows_state_check CHECK (state IN ('waiting', 'faulty', 'known', 'created', 'undone'))
);
COMMENT ON TABLE call_import_rows IS 'The rows of an import as they were read, and what became of each.';
COMMENT ON COLUMN call_import_rows.number IS 'Of the row in its file, from 1; a header does not count.';
CREATE INDEX call_import_rows_state_idx ON call_import_rows (tenant_id, import_id, state, number);
CREATE INDEX call_import_rows_call_idx ON call_import_rows (tenant_id, call_id) WHERE call_id IS NOT NULL;
ALTER TABLE call_import_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_import_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY call_import_rows_tenant ON call_import_rows USING (tenant_id = current_setting('app.tenant_id')::uuid);
