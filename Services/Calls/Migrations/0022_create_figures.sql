-- Figures by 15-minute UTC bucket and by UTC day: whole days inside of a range come from the days, its ends from the
-- buckets, so a year of any tenant in any time zone is a few thousand rows.
CREATE TABLE call_figures (
    tenant_id         uuid        NOT NULL,
    kind              text        NOT NULL,
    key               uuid        NOT NULL,
    bucket_at         timestamptz NOT NULL,
    calls             bigint      NOT NULL,
    inbound           bigint      NOT NULL,
    outbound          bigint      NOT NULL,
    answered          bigint      NOT NULL,
    missed            bigint      NOT NULL,
    voicemail         bigint      NOT NULL,
    seconds           bigint      NOT NULL,
    talk_seconds      bigint      NOT NULL,
    positive          bigint      NOT NULL,
    neutral           bigint      NOT NULL,
    negative          bigint      NOT NULL,
    sentiment_sum     bigint      NOT NULL,
    sentiment_calls   bigint      NOT NULL,
    quality_sum       bigint      NOT NULL,
    quality_calls     bigint      NOT NULL,
    recorded          bigint      NOT NULL,
    transcribed       bigint      NOT NULL,
    analysed          bigint      NOT NULL,
    CONSTRAINT call_figures_pkey PRIMARY KEY (tenant_id, kind, key, bucket_at),
    CONSTRAINT call_figures_kind_check CHECK (kind IN ('all', 'agent', 'line', 'team', 'topic', 'disposition'))
);
COMMENT ON TABLE call_figures IS 'What the calls of 15 minutes come to, of all and by each thing that tells calls apart; test calls and the bin are left out.';
COMMENT ON COLUMN call_figures.sentiment_sum IS 'In thousandths, so that sums are exact.';
CREATE INDEX call_figures_bucket_idx ON call_figures (tenant_id, bucket_at, kind);
ALTER TABLE call_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY call_figures_tenant ON call_figures USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_day_figures (
    LIKE call_figures,
    CONSTRAINT call_day_figures_pkey PRIMARY KEY (tenant_id, kind, bucket_at, key)
);
COMMENT ON TABLE call_day_figures IS 'The same by UTC day, summed from the buckets.';
ALTER TABLE call_day_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_day_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY call_day_figures_tenant ON call_day_figures USING (tenant_id = current_setting('app.tenant_id')::uuid);

ALTER TABLE call_labels DROP CONSTRAINT call_labels_kind_check,
    ADD CONSTRAINT call_labels_kind_check CHECK (kind IN ('topic', 'line', 'team')) NOT VALID;

CREATE INDEX calls_own_end_idx ON calls (tenant_id,
    (coalesce(line_value, CASE direction WHEN 'inbound' THEN to_value ELSE from_value END)), started_at DESC, id DESC)
    WHERE deleted_at IS NULL AND NOT is_test;

-- Whoever changes what a figure counts has its bucket counted again, however the change came about.
CREATE FUNCTION mark_figures() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO call_rollup_marks (tenant_id, id, bucket_at)
    VALUES (NEW.tenant_id, gen_random_uuid(), date_bin('15 minutes', NEW.started_at, 'epoch'));
    IF TG_OP = 'UPDATE' AND OLD.started_at <> NEW.started_at THEN
        INSERT INTO call_rollup_marks (tenant_id, id, bucket_at)
        VALUES (NEW.tenant_id, gen_random_uuid(), date_bin('15 minutes', OLD.started_at, 'epoch'));
        UPDATE call_topics SET started_at = NEW.started_at WHERE tenant_id = NEW.tenant_id AND call_id = NEW.id;
        UPDATE tagged_calls SET started_at = NEW.started_at WHERE tenant_id = NEW.tenant_id AND call_id = NEW.id;
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION mark_figures IS 'Has the buckets of a changed call counted again. A call that is removed marks nothing: whoever removes it knows whether its figures stay.';
CREATE TRIGGER calls_added AFTER INSERT ON calls FOR EACH ROW WHEN (NOT NEW.is_test) EXECUTE FUNCTION mark_figures();
CREATE TRIGGER calls_changed AFTER UPDATE ON calls FOR EACH ROW WHEN (NOT NEW.is_test AND (
    OLD.started_at, OLD.answered_at, OLD.ended_at, OLD.direction, OLD.status, OLD.agent_id, OLD.line_value, OLD.team,
    OLD.from_value, OLD.to_value, OLD.disposition_id, OLD.sentiment_score, OLD.sentiment_label, OLD.quality_score,
    OLD.recording_bytes, OLD.transcript_version, OLD.analysis_engine, OLD.deleted_at, OLD.stage = 'analysed')
    IS DISTINCT FROM (
    NEW.started_at, NEW.answered_at, NEW.ended_at, NEW.direction, NEW.status, NEW.agent_id, NEW.line_value, NEW.team,
    NEW.from_value, NEW.to_value, NEW.disposition_id, NEW.sentiment_score, NEW.sentiment_label, NEW.quality_score,
    NEW.recording_bytes, NEW.transcript_version, NEW.analysis_engine, NEW.deleted_at, NEW.stage = 'analysed'))
    EXECUTE FUNCTION mark_figures();

-- What was there before is counted once.
CREATE FUNCTION mark_all_figures() RETURNS void LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    INSERT INTO call_rollup_marks (tenant_id, id, bucket_at)
    SELECT tenant_id, gen_random_uuid(), bucket FROM (
        SELECT DISTINCT tenant_id, date_bin('15 minutes', started_at, 'epoch') AS bucket FROM calls
        WHERE deleted_at IS NULL AND NOT is_test) AS found
$$;
ALTER FUNCTION mark_all_figures OWNER TO calls_system;
COMMENT ON FUNCTION mark_all_figures IS 'Has the figures of all calls of all tenants counted again.';
SELECT mark_all_figures();
