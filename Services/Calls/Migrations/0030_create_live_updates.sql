-- What is told of calls while they run: words, so they lie behind the tenant's wall, and only until the transcript is there.
CREATE TABLE call_live_updates (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    sequence   bigint      NOT NULL,
    kind       text        NOT NULL,
    speaker    text        NOT NULL,
    document   jsonb       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_live_updates_pkey PRIMARY KEY (tenant_id, call_id, sequence),
    CONSTRAINT call_live_updates_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_live_updates_kind_check CHECK (kind IN ('partial', 'segment', 'sentiment', 'ended'))
);
COMMENT ON TABLE call_live_updates IS 'Partial transcripts and tones of calls that run, in the order in which they are told; gone once the transcript is there, or after a day.';
CREATE INDEX call_live_updates_created_idx ON call_live_updates (tenant_id, created_at);
ALTER TABLE call_live_updates ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_live_updates FORCE ROW LEVEL SECURITY;
CREATE POLICY call_live_updates_tenant ON call_live_updates USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION tenants_with_live_updates(before timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT u.tenant_id FROM call_live_updates AS u WHERE u.created_at < before
$$;
COMMENT ON FUNCTION tenants_with_live_updates IS 'The tenants that have live updates from before an instant.';
ALTER FUNCTION tenants_with_live_updates OWNER TO calls_system;
REVOKE ALL ON FUNCTION tenants_with_live_updates FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_live_updates TO calls_app;
