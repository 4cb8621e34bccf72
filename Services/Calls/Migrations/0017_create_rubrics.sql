-- What a tenant says of how its calls are judged, what is looked for in them and which words engines are to expect.
CREATE TABLE call_rubrics (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    categories jsonb       NOT NULL,
    is_default boolean     NOT NULL DEFAULT false,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_rubrics_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_rubrics IS 'By what the quality of calls is judged; an analysis keeps what it was judged by, so a rubric can change and go.';
CREATE UNIQUE INDEX call_rubrics_default_key ON call_rubrics (tenant_id) WHERE is_default;
ALTER TABLE call_rubrics ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_rubrics FORCE ROW LEVEL SECURITY;
CREATE POLICY call_rubrics_tenant ON call_rubrics USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_trackers (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    phrases    text[]      NOT NULL,
    speaker    text,
    is_active  boolean     NOT NULL DEFAULT true,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_trackers_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_trackers_speaker_check CHECK (speaker IN ('agent', 'customer', 'unknown'))
);
COMMENT ON TABLE call_trackers IS 'Words and phrases that a tenant wants to find in its calls.';
CREATE INDEX call_trackers_created_idx ON call_trackers (tenant_id, created_at DESC, id DESC);
ALTER TABLE call_trackers ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_trackers FORCE ROW LEVEL SECURITY;
CREATE POLICY call_trackers_tenant ON call_trackers USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_tracker_hits (
    tenant_id       uuid        NOT NULL,
    call_id         uuid        NOT NULL,
    tracker_id      uuid        NOT NULL,
    tracker_version bigint      NOT NULL,
    hits            integer     NOT NULL,
    segment_ids     integer[]   NOT NULL,
    started_at      timestamptz NOT NULL,
    CONSTRAINT call_tracker_hits_pkey PRIMARY KEY (tenant_id, call_id, tracker_id),
    CONSTRAINT call_tracker_hits_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_tracker_hits_tracker_fkey FOREIGN KEY (tenant_id, tracker_id) REFERENCES call_trackers (tenant_id, id)
        ON DELETE CASCADE
);
COMMENT ON TABLE call_tracker_hits IS 'Where the newest analysis of a call found a tracker''s words; started_at is the call''s, for lists by time.';
CREATE INDEX call_tracker_hits_tracker_idx ON call_tracker_hits (tenant_id, tracker_id, started_at DESC, call_id DESC);
ALTER TABLE call_tracker_hits ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_tracker_hits FORCE ROW LEVEL SECURITY;
CREATE POLICY call_tracker_hits_tenant ON call_tracker_hits USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_vocabularies (
    tenant_id  uuid        NOT NULL,
    terms      text[]      NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_vocabularies_pkey PRIMARY KEY (tenant_id)
);
COMMENT ON TABLE call_vocabularies IS 'Names and terms of a tenant that engines of recognition are told to expect.';
ALTER TABLE call_vocabularies ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_vocabularies FORCE ROW LEVEL SECURITY;
CREATE POLICY call_vocabularies_tenant ON call_vocabularies USING (tenant_id = current_setting('app.tenant_id')::uuid);

-- Versions: who corrected what, and by which rubric an analysis judged.
ALTER TABLE transcripts ADD COLUMN edited_by uuid, ADD COLUMN corrects_version integer;
COMMENT ON COLUMN transcripts.edited_by IS 'Who corrected it; null for what an engine wrote.';

CREATE TABLE call_contests (
    tenant_id        uuid        NOT NULL,
    id               uuid        NOT NULL,
    call_id          uuid        NOT NULL,
    analysis_version integer     NOT NULL,
    category         text,
    reason           text        NOT NULL,
    contested_by     uuid        NOT NULL,
    status           text        NOT NULL DEFAULT 'open',
    answer           text,
    answered_by      uuid,
    answered_at      timestamptz,
    version          bigint      NOT NULL DEFAULT 1,
    created_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_contests_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_contests_analysis_fkey FOREIGN KEY (tenant_id, call_id, analysis_version)
        REFERENCES analyses (tenant_id, call_id, version) ON DELETE CASCADE,
    CONSTRAINT call_contests_status_check CHECK (status IN ('open', 'accepted', 'declined'))
);
COMMENT ON TABLE call_contests IS 'An agent''s word against the score of a call, and what became of it.';
CREATE INDEX call_contests_call_idx ON call_contests (tenant_id, call_id, created_at DESC);
ALTER TABLE call_contests ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_contests FORCE ROW LEVEL SECURITY;
CREATE POLICY call_contests_tenant ON call_contests USING (tenant_id = current_setting('app.tenant_id')::uuid);
