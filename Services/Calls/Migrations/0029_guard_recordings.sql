-- What is silent in recordings, who listened, what is held, and recordings that come in parts.
ALTER TABLE recordings
    ADD COLUMN redaction_wanted integer NOT NULL DEFAULT 0,
    ADD COLUMN redaction_done   integer NOT NULL DEFAULT 0,
    ADD COLUMN redacted_bytes   bigint,
    ADD COLUMN redacted_sha256  bytea,
    ADD COLUMN original_bytes   bigint,
    ADD COLUMN original_sha256  bytea,
    ADD COLUMN recoded_at       timestamptz,
    ADD CONSTRAINT recordings_redacted_sha256_check CHECK (length(redacted_sha256) = 32) NOT VALID,
    ADD CONSTRAINT recordings_original_sha256_check CHECK (length(original_sha256) = 32) NOT VALID;
COMMENT ON COLUMN recordings.redaction_wanted IS 'Grows with each change of what is to be silent; the copy is current once redaction_done has caught up.';
COMMENT ON COLUMN recordings.redacted_bytes IS 'Of the copy in which something is silent; null when there is none.';
COMMENT ON COLUMN recordings.original_bytes IS 'As it was handed in, once it was recoded; so is original_sha256, by which the same bytes are known again.';
CREATE INDEX recordings_recodable_idx ON recordings (tenant_id, created_at) WHERE recoded_at IS NULL;

CREATE TABLE recording_redactions (
    tenant_id     uuid             NOT NULL,
    id            uuid             NOT NULL,
    call_id       uuid             NOT NULL,
    channel       integer,
    start_seconds double precision NOT NULL,
    end_seconds   double precision,
    reason        text             NOT NULL,
    created_by    uuid,
    created_at    timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT recording_redactions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT recording_redactions_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT recording_redactions_reason_check CHECK (reason IN ('card_number', 'manual', 'paused')),
    CONSTRAINT recording_redactions_span_check CHECK (start_seconds >= 0 AND end_seconds >= start_seconds)
);
COMMENT ON TABLE recording_redactions IS 'Stretches of a recording that are silent and whose words are out of the transcripts; a pause without an end lasts.';
CREATE INDEX recording_redactions_call_idx ON recording_redactions (tenant_id, call_id, start_seconds);
CREATE UNIQUE INDEX recording_redactions_pause_key ON recording_redactions (tenant_id, call_id) WHERE end_seconds IS NULL;
ALTER TABLE recording_redactions ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_redactions FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_redactions_tenant ON recording_redactions USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE recording_listens (
    tenant_id       uuid             NOT NULL,
    id              uuid             NOT NULL,
    call_id         uuid             NOT NULL,
    user_id         uuid,
    api_key_id      uuid,
    impersonator_id uuid,
    is_download     boolean          NOT NULL,
    is_original     boolean          NOT NULL,
    from_seconds    double precision NOT NULL,
    to_seconds      double precision NOT NULL,
    started_at      timestamptz      NOT NULL DEFAULT now(),
    ended_at        timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT recording_listens_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT recording_listens_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE recording_listens IS 'Who listened to which part of a recording; requests that follow one another closely are one row.';
CREATE INDEX recording_listens_call_idx ON recording_listens (tenant_id, call_id, started_at DESC, id DESC);
ALTER TABLE recording_listens ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_listens FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_listens_tenant ON recording_listens USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_legal_holds (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    call_id     uuid        NOT NULL,
    reason      text        NOT NULL,
    held_by     uuid,
    held_at     timestamptz NOT NULL DEFAULT now(),
    released_by uuid,
    released_at timestamptz,
    CONSTRAINT call_legal_holds_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_legal_holds_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE call_legal_holds IS 'Why and by whom a call was held, and let go; calls.legal_hold is true while one is not released.';
CREATE UNIQUE INDEX call_legal_holds_open_key ON call_legal_holds (tenant_id, call_id) WHERE released_at IS NULL;
CREATE INDEX call_legal_holds_call_idx ON call_legal_holds (tenant_id, call_id, held_at DESC);
ALTER TABLE call_legal_holds ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_legal_holds FORCE ROW LEVEL SECURITY;
CREATE POLICY call_legal_holds_tenant ON call_legal_holds USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE recording_uploads (
    tenant_id      uuid        NOT NULL,
    id             uuid        NOT NULL,
    call_id        uuid        NOT NULL,
    bytes          bigint      NOT NULL,
    received_bytes bigint      NOT NULL DEFAULT 0,
    parts          text[]      NOT NULL DEFAULT '{}',
    agent_channel  integer,
    transcribes    boolean     NOT NULL DEFAULT false,
    created_by     uuid        NOT NULL,
    expires_at     timestamptz NOT NULL,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT recording_uploads_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT recording_uploads_bytes_check CHECK (received_bytes BETWEEN 0 AND bytes)
);
COMMENT ON TABLE recording_uploads IS 'Recordings that come in parts, which lie in the blob store until all are there. Without a reference to the call, so that its parts are swept away though it is gone.';
CREATE INDEX recording_uploads_expiry_idx ON recording_uploads (tenant_id, expires_at);
ALTER TABLE recording_uploads ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_uploads FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_uploads_tenant ON recording_uploads USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION expired_uploads(bound integer) RETURNS TABLE (tenant_id uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT u.tenant_id, u.id FROM recording_uploads AS u WHERE u.expires_at < now() LIMIT bound
$$;
COMMENT ON FUNCTION expired_uploads IS 'Uploads of any tenant whose time is over.';
ALTER FUNCTION expired_uploads OWNER TO calls_system;
REVOKE ALL ON FUNCTION expired_uploads FROM PUBLIC;
GRANT EXECUTE ON FUNCTION expired_uploads TO calls_app;
