-- What lists are filtered and sorted by, beside time: each order has an index, so that a page is read from its beginning.
ALTER TABLE calls ADD COLUMN duration_seconds integer
    GENERATED ALWAYS AS (floor(extract(epoch FROM ended_at - started_at))::integer) STORED;
CREATE INDEX calls_duration_idx ON calls (tenant_id, duration_seconds DESC, id DESC)
    WHERE duration_seconds IS NOT NULL AND deleted_at IS NULL AND NOT is_test;
CREATE INDEX calls_quality_idx ON calls (tenant_id, quality_score DESC, id DESC)
    WHERE quality_score IS NOT NULL AND deleted_at IS NULL AND NOT is_test;
CREATE INDEX calls_sentiment_idx ON calls (tenant_id, sentiment_score DESC, id DESC)
    WHERE sentiment_score IS NOT NULL AND deleted_at IS NULL AND NOT is_test;
CREATE INDEX calls_status_idx ON calls (tenant_id, status, started_at DESC, id DESC) WHERE deleted_at IS NULL AND NOT is_test;
CREATE INDEX calls_from_idx ON calls (tenant_id, from_value, started_at DESC, id DESC) WHERE deleted_at IS NULL;
CREATE INDEX calls_to_idx ON calls (tenant_id, to_value, started_at DESC, id DESC) WHERE deleted_at IS NULL;

-- Topics by name, so that rows about many calls name them by id.
CREATE TABLE call_labels (
    tenant_id uuid NOT NULL,
    id        uuid NOT NULL,
    kind      text NOT NULL,
    value     text NOT NULL,
    CONSTRAINT call_labels_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_labels_kind_check CHECK (kind IN ('topic', 'line'))
);
COMMENT ON TABLE call_labels IS 'The topics that analyses found and the lines that were called, each once.';
CREATE UNIQUE INDEX call_labels_value_key ON call_labels (tenant_id, kind, value);
ALTER TABLE call_labels ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_labels FORCE ROW LEVEL SECURITY;
CREATE POLICY call_labels_tenant ON call_labels USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_topics (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    topic_id   uuid        NOT NULL,
    started_at timestamptz NOT NULL,
    CONSTRAINT call_topics_pkey PRIMARY KEY (tenant_id, call_id, topic_id),
    CONSTRAINT call_topics_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_topics_topic_fkey FOREIGN KEY (tenant_id, topic_id) REFERENCES call_labels (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE call_topics IS 'The topics of the newest analysis of each call; started_at is the call''s, for lists by time.';
CREATE INDEX call_topics_topic_idx ON call_topics (tenant_id, topic_id, started_at DESC, call_id DESC);
ALTER TABLE call_topics ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_topics FORCE ROW LEVEL SECURITY;
CREATE POLICY call_topics_tenant ON call_topics USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION keep_topics() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    names text[];
BEGIN
    SELECT array_agg(DISTINCT left(lower(btrim(t ->> 'name')), 120)) INTO names
    FROM jsonb_array_elements(CASE jsonb_typeof(NEW.document -> 'topics') WHEN 'array' THEN NEW.document -> 'topics' ELSE '[]' END) AS t
    WHERE btrim(t ->> 'name') <> '';
    DELETE FROM call_topics WHERE tenant_id = NEW.tenant_id AND call_id = NEW.call_id;
    IF names IS NULL THEN RETURN NULL; END IF;
    INSERT INTO call_labels (tenant_id, id, kind, value)
    SELECT NEW.tenant_id, gen_random_uuid(), 'topic', n FROM unnest(names) AS n ORDER BY n
    ON CONFLICT DO NOTHING;
    INSERT INTO call_topics (tenant_id, call_id, topic_id, started_at)
    SELECT NEW.tenant_id, NEW.call_id, l.id, c.started_at
    FROM call_labels AS l JOIN calls AS c ON c.tenant_id = NEW.tenant_id AND c.id = NEW.call_id
    WHERE l.tenant_id = NEW.tenant_id AND l.kind = 'topic' AND l.value = ANY (names)
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION keep_topics IS 'Whoever writes an analysis, its topics are found by name.';
CREATE TRIGGER analyses_topics AFTER INSERT ON analyses FOR EACH ROW EXECUTE FUNCTION keep_topics();

CREATE TABLE call_tags (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    name       text        NOT NULL,
    color      text,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_tags_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_tags IS 'Words that a tenant puts on calls.';
CREATE UNIQUE INDEX call_tags_name_key ON call_tags (tenant_id, lower(name));
ALTER TABLE call_tags ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_tags FORCE ROW LEVEL SECURITY;
CREATE POLICY call_tags_tenant ON call_tags USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE tagged_calls (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    tag_id     uuid        NOT NULL,
    tagged_by  uuid,
    started_at timestamptz NOT NULL,
    tagged_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tagged_calls_pkey PRIMARY KEY (tenant_id, call_id, tag_id),
    CONSTRAINT tagged_calls_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT tagged_calls_tag_fkey FOREIGN KEY (tenant_id, tag_id) REFERENCES call_tags (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE tagged_calls IS 'Which calls have which tags; started_at is the call''s, for lists by time.';
CREATE INDEX tagged_calls_tag_idx ON tagged_calls (tenant_id, tag_id, started_at DESC, call_id DESC);
ALTER TABLE tagged_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE tagged_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY tagged_calls_tenant ON tagged_calls USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION transcript_has(tenant uuid, call uuid, query tsquery) RETURNS boolean
    LANGUAGE plpgsql STABLE COST 1000 SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN EXISTS (
        SELECT FROM transcripts WHERE tenant_id = tenant AND call_id = call AND is_current AND words @@ query);
END
$$;
COMMENT ON FUNCTION transcript_has IS 'Whether one call has the words: for words so common that the newest calls are looked through one by one.';
