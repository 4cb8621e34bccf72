-- What was said, with the words by which it is found: cut by the application, so that any script can be searched.
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE TABLE transcripts (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    version    integer     NOT NULL,
    language   text        NOT NULL,
    engine     text        NOT NULL,
    model      text        NOT NULL,
    segments   jsonb       NOT NULL,
    usage      jsonb       NOT NULL DEFAULT '{}',
    words      tsvector    NOT NULL,
    is_current boolean     NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT transcripts_pkey PRIMARY KEY (tenant_id, call_id, version),
    CONSTRAINT transcripts_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE transcripts IS 'Each version of a transcript; the current one is searched and shown.';
CREATE INDEX transcripts_words_idx ON transcripts USING gin (tenant_id, words) WHERE is_current;
ALTER TABLE transcripts ENABLE ROW LEVEL SECURITY;
ALTER TABLE transcripts FORCE ROW LEVEL SECURITY;
CREATE POLICY transcripts_tenant ON transcripts USING (tenant_id = current_setting('app.tenant_id')::uuid);

-- Behind row-level security the text search operator may not use its index, since it is not leakproof; so this one read
-- runs as a role without it and sets the tenant's wall itself.
CREATE FUNCTION search_transcripts(query tsquery, bound integer) RETURNS TABLE (call_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT call_id FROM transcripts
    WHERE tenant_id = current_setting('app.tenant_id')::uuid AND is_current AND words @@ query
    LIMIT bound
$$;
COMMENT ON FUNCTION search_transcripts IS 'The calls of the set tenant whose current transcript has the words.';
ALTER FUNCTION search_transcripts OWNER TO calls_system;
