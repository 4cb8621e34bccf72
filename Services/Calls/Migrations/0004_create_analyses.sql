-- What was made of a transcript; versions are kept, the newest is shown.
CREATE TABLE analyses (
    tenant_id          uuid        NOT NULL,
    call_id            uuid        NOT NULL,
    version            integer     NOT NULL,
    transcript_version integer     NOT NULL,
    engine             text        NOT NULL,
    model              text        NOT NULL,
    document           jsonb       NOT NULL,
    usage              jsonb       NOT NULL DEFAULT '{}',
    created_at         timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT analyses_pkey PRIMARY KEY (tenant_id, call_id, version),
    CONSTRAINT analyses_transcript_fkey FOREIGN KEY (tenant_id, call_id, transcript_version)
        REFERENCES transcripts (tenant_id, call_id, version) ON DELETE CASCADE
);
COMMENT ON TABLE analyses IS 'Each analysis with its engine and its cost; every finding in the document names its segments.';
ALTER TABLE analyses ENABLE ROW LEVEL SECURITY;
ALTER TABLE analyses FORCE ROW LEVEL SECURITY;
CREATE POLICY analyses_tenant ON analyses USING (tenant_id = current_setting('app.tenant_id')::uuid);
