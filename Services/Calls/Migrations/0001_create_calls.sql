-- One table for what phone systems call call logs, CDR records and call recordings.
CREATE TABLE calls (
    tenant_id              uuid        NOT NULL,
    id                     uuid        NOT NULL,
    source                 text        NOT NULL DEFAULT 'api',
    external_id            text,
    origin                 text        NOT NULL DEFAULT 'live',
    is_test                boolean     NOT NULL DEFAULT false,
    direction              text        NOT NULL,
    from_kind              text        NOT NULL,
    from_value             text        NOT NULL,
    from_number            text,
    from_raw               text        NOT NULL,
    to_kind                text        NOT NULL,
    to_value               text        NOT NULL,
    to_number              text,
    to_raw                 text        NOT NULL,
    status                 text        NOT NULL,
    provider_status        text,
    started_at             timestamptz NOT NULL,
    answered_at            timestamptz,
    ended_at               timestamptz,
    agent_id               uuid,
    language               text,
    metadata               jsonb       NOT NULL DEFAULT '{}',
    stage                  text        NOT NULL DEFAULT 'received',
    stage_since            timestamptz NOT NULL DEFAULT now(),
    stage_attempts         integer     NOT NULL DEFAULT 0,
    stage_error_code       text,
    stage_error_detail     text,
    recording_seconds      double precision,
    recording_channels     integer,
    recording_bytes        bigint,
    transcript_version     integer     NOT NULL DEFAULT 0,
    transcript_language    text,
    transcript_engine      text,
    analysis_engine        text,
    analysis_summary       text,
    sentiment_score        double precision,
    sentiment_label        text,
    quality_score          integer,
    legal_hold             boolean     NOT NULL DEFAULT false,
    version                bigint      NOT NULL DEFAULT 1,
    created_at             timestamptz NOT NULL DEFAULT now(),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    deleted_at             timestamptz,
    CONSTRAINT calls_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT calls_external_key UNIQUE (tenant_id, source, is_test, external_id),
    CONSTRAINT calls_direction_check CHECK (direction IN ('inbound', 'outbound', 'internal')),
    CONSTRAINT calls_origin_check CHECK (origin IN ('live', 'import')),
    CONSTRAINT calls_status_check CHECK (status IN ('registered', 'ringing', 'in_progress', 'completed', 'no_answer', 'busy',
        'failed', 'voicemail', 'cancelled')),
    CONSTRAINT calls_stage_check CHECK (stage IN ('received', 'recording_pending', 'recording_stored', 'transcribing',
        'transcribed', 'analysing', 'analysed', 'no_recording', 'failed')),
    CONSTRAINT calls_times_check CHECK (ended_at IS NULL OR ended_at >= started_at)
);
COMMENT ON TABLE calls IS 'A call and the state of its processing; what a list shows of recording, transcript and analysis is kept beside it.';
COMMENT ON COLUMN calls.source IS 'The connection that brought the call, or api.';
COMMENT ON COLUMN calls.origin IS 'import: history, which causes no contact, notification or charge.';
COMMENT ON COLUMN calls.deleted_at IS 'In the bin since then; removed for good after the time of the bin.';
CREATE INDEX calls_started_idx ON calls (tenant_id, started_at DESC, id DESC) WHERE deleted_at IS NULL AND NOT is_test;
CREATE INDEX calls_agent_idx ON calls (tenant_id, agent_id, started_at DESC, id DESC) WHERE deleted_at IS NULL AND NOT is_test;
CREATE INDEX calls_deleted_idx ON calls (tenant_id, deleted_at) WHERE deleted_at IS NOT NULL;
ALTER TABLE calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE calls FORCE ROW LEVEL SECURITY;
CREATE POLICY calls_tenant ON calls USING (tenant_id = current_setting('app.tenant_id')::uuid);
