-- What people say of calls, and how they want to see them again.
CREATE TABLE call_remarks (
    tenant_id  uuid             NOT NULL,
    id         uuid             NOT NULL,
    call_id    uuid             NOT NULL,
    kind       text             NOT NULL,
    at_seconds double precision,
    text       text             NOT NULL,
    mentions   uuid[]           NOT NULL DEFAULT '{}',
    author_id  uuid,
    version    bigint           NOT NULL DEFAULT 1,
    created_at timestamptz      NOT NULL DEFAULT now(),
    updated_at timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT call_remarks_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_remarks_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_remarks_kind_check CHECK (kind IN ('note', 'comment') AND (kind = 'comment') = (at_seconds IS NOT NULL))
);
COMMENT ON TABLE call_remarks IS 'Notes on calls, and comments at a second of them; the text is the last wording.';
ALTER TABLE call_remarks ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_remarks FORCE ROW LEVEL SECURITY;
CREATE POLICY call_remarks_tenant ON call_remarks USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE INDEX call_remarks_call_idx ON call_remarks (tenant_id, call_id, kind, created_at);

CREATE TABLE call_remark_versions (
    tenant_id  uuid        NOT NULL,
    remark_id  uuid        NOT NULL,
    version    bigint      NOT NULL,
    text       text        NOT NULL,
    written_at timestamptz NOT NULL,
    CONSTRAINT call_remark_versions_pkey PRIMARY KEY (tenant_id, remark_id, version),
    CONSTRAINT call_remark_versions_remark_fkey FOREIGN KEY (tenant_id, remark_id) REFERENCES call_remarks (tenant_id, id)
        ON DELETE CASCADE
);
COMMENT ON TABLE call_remark_versions IS 'Every wording of a note or a comment, the last one too.';
ALTER TABLE call_remark_versions ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_remark_versions FORCE ROW LEVEL SECURITY;
CREATE POLICY call_remark_versions_tenant ON call_remark_versions USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_views (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    filter     jsonb       NOT NULL,
    sort       text        NOT NULL,
    is_shared  boolean     NOT NULL,
    owner_id   uuid        NOT NULL,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_views_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_views IS 'Lists of calls that somebody wants to see again: one''s own, or everybody''s.';
ALTER TABLE call_views ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_views FORCE ROW LEVEL SECURITY;
CREATE POLICY call_views_tenant ON call_views USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE INDEX call_views_owner_idx ON call_views (tenant_id, owner_id);

CREATE TABLE call_scorecards (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    scorer_id  uuid        NOT NULL,
    score      integer     NOT NULL,
    categories jsonb       NOT NULL,
    comment    text,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_scorecards_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_scorecards_scorer_key UNIQUE (tenant_id, call_id, scorer_id),
    CONSTRAINT call_scorecards_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_scorecards_score_check CHECK (score BETWEEN 0 AND 100)
);
COMMENT ON TABLE call_scorecards IS 'What people make of a call, each once, beside what the analysis makes of it.';
ALTER TABLE call_scorecards ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_scorecards FORCE ROW LEVEL SECURITY;
CREATE POLICY call_scorecards_tenant ON call_scorecards USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_playlists (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    name        text        NOT NULL,
    description text,
    is_shared   boolean     NOT NULL,
    owner_id    uuid        NOT NULL,
    version     bigint      NOT NULL DEFAULT 1,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_playlists_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_playlists IS 'Calls, or parts of them, that are worth hearing one after another.';
ALTER TABLE call_playlists ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_playlists FORCE ROW LEVEL SECURITY;
CREATE POLICY call_playlists_tenant ON call_playlists USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_playlist_items (
    tenant_id     uuid             NOT NULL,
    id            uuid             NOT NULL,
    playlist_id   uuid             NOT NULL,
    call_id       uuid             NOT NULL,
    title         text,
    start_seconds double precision,
    end_seconds   double precision,
    position      integer          NOT NULL,
    CONSTRAINT call_playlist_items_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_playlist_items_playlist_fkey FOREIGN KEY (tenant_id, playlist_id) REFERENCES call_playlists (tenant_id, id)
        ON DELETE CASCADE,
    CONSTRAINT call_playlist_items_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_playlist_items_span_check CHECK (end_seconds > start_seconds)
);
COMMENT ON TABLE call_playlist_items IS 'The entries of playlists; one whose call goes goes with it.';
ALTER TABLE call_playlist_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_playlist_items FORCE ROW LEVEL SECURITY;
CREATE POLICY call_playlist_items_tenant ON call_playlist_items USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE INDEX call_playlist_items_playlist_idx ON call_playlist_items (tenant_id, playlist_id, position);

CREATE TABLE call_exports (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    format     text        NOT NULL,
    user_id    uuid,
    filter     jsonb       NOT NULL,
    row_count  bigint      NOT NULL DEFAULT 0,
    done_at    timestamptz,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_exports_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_exports IS 'What was taken out as a file, by whom, by which filter and how much of it.';
ALTER TABLE call_exports ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_exports FORCE ROW LEVEL SECURITY;
CREATE POLICY call_exports_tenant ON call_exports USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_bulk_actions (
    tenant_id     uuid             NOT NULL,
    id            uuid             NOT NULL,
    action        text             NOT NULL,
    arguments     jsonb            NOT NULL,
    state         text             NOT NULL DEFAULT 'running',
    calls         bigint           NOT NULL,
    changed       bigint           NOT NULL DEFAULT 0,
    skipped       bigint           NOT NULL DEFAULT 0,
    audio_seconds double precision,
    cost_micros   bigint,
    created_by    uuid,
    created_at    timestamptz      NOT NULL DEFAULT now(),
    done_at       timestamptz,
    undone_at     timestamptz,
    CONSTRAINT call_bulk_actions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_bulk_actions_state_check CHECK (state IN ('running', 'done', 'undoing', 'undone'))
);
COMMENT ON TABLE call_bulk_actions IS 'Actions upon many calls, each done as one job and undone as one.';
ALTER TABLE call_bulk_actions ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_bulk_actions FORCE ROW LEVEL SECURITY;
CREATE POLICY call_bulk_actions_tenant ON call_bulk_actions USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_bulk_items (
    tenant_id uuid    NOT NULL,
    action_id uuid    NOT NULL,
    call_id   uuid    NOT NULL,
    state     text    NOT NULL DEFAULT 'waiting',
    before    jsonb,
    CONSTRAINT call_bulk_items_pkey PRIMARY KEY (tenant_id, action_id, call_id),
    CONSTRAINT call_bulk_items_action_fkey FOREIGN KEY (tenant_id, action_id) REFERENCES call_bulk_actions (tenant_id, id)
        ON DELETE CASCADE,
    CONSTRAINT call_bulk_items_state_check CHECK (state IN ('waiting', 'changed', 'skipped', 'undone'))
);
COMMENT ON TABLE call_bulk_items IS 'The calls of an action, with what each was before, so that it can be undone.';
ALTER TABLE call_bulk_items ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_bulk_items FORCE ROW LEVEL SECURITY;
CREATE POLICY call_bulk_items_tenant ON call_bulk_items USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_shares (
    tenant_id           uuid             NOT NULL,
    id                  uuid             NOT NULL,
    call_id             uuid             NOT NULL,
    digest              bytea            NOT NULL,
    start_seconds       double precision NOT NULL,
    end_seconds         double precision NOT NULL,
    includes_transcript boolean          NOT NULL,
    includes_audio      boolean          NOT NULL,
    password_hash       text,
    failures            integer          NOT NULL DEFAULT 0,
    view_limit          integer,
    views               integer          NOT NULL DEFAULT 0,
    expires_at          timestamptz      NOT NULL,
    revoked_at          timestamptz,
    created_by          uuid             NOT NULL,
    created_at          timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT call_shares_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_shares_digest_key UNIQUE (tenant_id, digest),
    CONSTRAINT call_shares_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_shares_span_check CHECK (end_seconds > start_seconds)
);
COMMENT ON TABLE call_shares IS 'Links by which a part of a call is shown to whoever has one; the link itself is kept as a digest.';
ALTER TABLE call_shares ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_shares FORCE ROW LEVEL SECURITY;
CREATE POLICY call_shares_tenant ON call_shares USING (tenant_id = current_setting('app.tenant_id')::uuid);
CREATE INDEX call_shares_call_idx ON call_shares (tenant_id, call_id);


-- How the processing keeps up over all tenants: figures alone, for the platform.
CREATE FUNCTION processing_stages() RETURNS TABLE (stage text, calls bigint, oldest timestamptz)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT c.stage, count(*), min(c.stage_since) FROM calls AS c
    WHERE c.stage IN ('received', 'recording_pending', 'recording_stored', 'transcribing', 'transcribed', 'analysing')
      AND c.deleted_at IS NULL
    GROUP BY c.stage
$$;
COMMENT ON FUNCTION processing_stages IS 'How many calls of all tenants are on their way, by stage.';
ALTER FUNCTION processing_stages OWNER TO calls_system;
CREATE INDEX calls_stage_idx ON calls (tenant_id, stage, stage_since)
    WHERE stage IN ('received', 'recording_pending', 'recording_stored', 'transcribing', 'transcribed', 'analysing', 'failed')
      AND deleted_at IS NULL;

CREATE FUNCTION processing_throughput() RETURNS TABLE (
    analysed_hour bigint, analysed_day bigint, failed_day bigint, recorded_seconds double precision,
    transcribed_seconds double precision, waiting_seconds double precision, recording_bytes_week bigint)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT
        (SELECT count(*) FROM analyses AS a WHERE a.created_at >= now() - interval '1 hour'),
        (SELECT count(*) FROM analyses AS a WHERE a.created_at >= now() - interval '1 day'),
        (SELECT count(*) FROM calls AS c WHERE c.stage = 'failed' AND c.deleted_at IS NULL AND c.stage_since >= now() - interval '1 day'),
        (SELECT coalesce(sum(r.duration_seconds), 0) FROM recordings AS r WHERE r.created_at >= now() - interval '1 hour'),
        (SELECT coalesce(sum(c.recording_seconds), 0) FROM transcripts AS t
            JOIN calls AS c ON c.tenant_id = t.tenant_id AND c.id = t.call_id
            WHERE t.created_at >= now() - interval '1 hour'),
        (SELECT coalesce(sum(c.recording_seconds), 0) FROM calls AS c
            WHERE c.stage IN ('recording_stored', 'transcribing') AND c.deleted_at IS NULL),
        (SELECT coalesce(sum(r.bytes), 0)::bigint FROM recordings AS r WHERE r.created_at >= now() - interval '7 days')
$$;
COMMENT ON FUNCTION processing_throughput IS 'What all tenants'' processing got through lately, and what waits.';
ALTER FUNCTION processing_throughput OWNER TO calls_system;
CREATE INDEX recordings_created_idx ON recordings (created_at);
CREATE INDEX transcripts_created_idx ON transcripts (created_at);
CREATE INDEX analyses_created_idx ON analyses (created_at);
