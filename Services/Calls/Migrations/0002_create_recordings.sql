-- The bytes of a call: where they lie, what they are and what they weigh.
CREATE TABLE recordings (
    tenant_id        uuid             NOT NULL,
    id               uuid             NOT NULL,
    call_id          uuid             NOT NULL,
    blob_key         text             NOT NULL,
    content_type     text             NOT NULL,
    bytes            bigint           NOT NULL,
    sha256           bytea            NOT NULL,
    duration_seconds double precision NOT NULL,
    channels         integer          NOT NULL,
    agent_channel    integer,
    created_at       timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT recordings_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT recordings_call_key UNIQUE (tenant_id, call_id),
    CONSTRAINT recordings_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT recordings_sha256_check CHECK (length(sha256) = 32)
);
COMMENT ON TABLE recordings IS 'At most one recording a call. The row is committed only once its bytes are safe in the blob store.';
COMMENT ON COLUMN recordings.agent_channel IS 'Which channel carries the agent; null where that follows from the direction.';
ALTER TABLE recordings ENABLE ROW LEVEL SECURITY;
ALTER TABLE recordings FORCE ROW LEVEL SECURITY;
CREATE POLICY recordings_tenant ON recordings USING (tenant_id = current_setting('app.tenant_id')::uuid);
