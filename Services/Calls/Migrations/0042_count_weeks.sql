-- Figures by week too: what a quarter comes to for each of many people is read from a fifth of the rows.
CREATE TABLE call_week_figures (
    LIKE call_figures,
    CONSTRAINT call_week_figures_pkey PRIMARY KEY (tenant_id, kind, bucket_at, key)
);
COMMENT ON TABLE call_week_figures IS 'The figures by week from Monday UTC, kept by triggers as days change; a week may have come to nothing.';
ALTER TABLE call_week_figures ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_week_figures FORCE ROW LEVEL SECURITY;
CREATE POLICY call_week_figures_tenant ON call_week_figures USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION call_week(day timestamptz) RETURNS timestamptz LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $$ SELECT pg_catalog.date_bin('7 days', day, '1970-01-05 00:00:00+00') $$;
COMMENT ON FUNCTION call_week IS 'The Monday, at midnight UTC, of the week that an instant lies in.';

CREATE FUNCTION add_week_figures() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO call_week_figures AS w (tenant_id, kind, key, bucket_at,
        calls, inbound, outbound, answered, missed, voicemail, seconds, talk_seconds, positive, neutral, negative,
        sentiment_sum, sentiment_calls, quality_sum, quality_calls, recorded, transcribed, analysed)
    SELECT tenant_id, kind, key, call_week(bucket_at),
        sum(calls), sum(inbound), sum(outbound), sum(answered), sum(missed), sum(voicemail), sum(seconds),
        sum(talk_seconds), sum(positive), sum(neutral), sum(negative), sum(sentiment_sum), sum(sentiment_calls),
        sum(quality_sum), sum(quality_calls), sum(recorded), sum(transcribed), sum(analysed)
    FROM added GROUP BY tenant_id, kind, key, call_week(bucket_at)
    ORDER BY tenant_id, kind, call_week(bucket_at), key
    ON CONFLICT ON CONSTRAINT call_week_figures_pkey DO UPDATE SET
        calls = w.calls + excluded.calls, inbound = w.inbound + excluded.inbound, outbound = w.outbound + excluded.outbound,
        answered = w.answered + excluded.answered, missed = w.missed + excluded.missed, voicemail = w.voicemail + excluded.voicemail,
        seconds = w.seconds + excluded.seconds, talk_seconds = w.talk_seconds + excluded.talk_seconds,
        positive = w.positive + excluded.positive, neutral = w.neutral + excluded.neutral, negative = w.negative + excluded.negative,
        sentiment_sum = w.sentiment_sum + excluded.sentiment_sum, sentiment_calls = w.sentiment_calls + excluded.sentiment_calls,
        quality_sum = w.quality_sum + excluded.quality_sum, quality_calls = w.quality_calls + excluded.quality_calls,
        recorded = w.recorded + excluded.recorded, transcribed = w.transcribed + excluded.transcribed,
        analysed = w.analysed + excluded.analysed;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION add_week_figures IS 'Adds new days to their weeks.';

CREATE FUNCTION take_week_figures() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE call_week_figures AS w SET
        calls = w.calls - d.calls, inbound = w.inbound - d.inbound, outbound = w.outbound - d.outbound,
        answered = w.answered - d.answered, missed = w.missed - d.missed, voicemail = w.voicemail - d.voicemail,
        seconds = w.seconds - d.seconds, talk_seconds = w.talk_seconds - d.talk_seconds,
        positive = w.positive - d.positive, neutral = w.neutral - d.neutral, negative = w.negative - d.negative,
        sentiment_sum = w.sentiment_sum - d.sentiment_sum, sentiment_calls = w.sentiment_calls - d.sentiment_calls,
        quality_sum = w.quality_sum - d.quality_sum, quality_calls = w.quality_calls - d.quality_calls,
        recorded = w.recorded - d.recorded, transcribed = w.transcribed - d.transcribed,
        analysed = w.analysed - d.analysed
    FROM (
        SELECT tenant_id, kind, key, call_week(bucket_at) AS week,
            sum(calls) AS calls, sum(inbound) AS inbound, sum(outbound) AS outbound, sum(answered) AS answered,
            sum(missed) AS missed, sum(voicemail) AS voicemail, sum(seconds) AS seconds,
            sum(talk_seconds) AS talk_seconds, sum(positive) AS positive, sum(neutral) AS neutral,
            sum(negative) AS negative, sum(sentiment_sum) AS sentiment_sum, sum(sentiment_calls) AS sentiment_calls,
            sum(quality_sum) AS quality_sum, sum(quality_calls) AS quality_calls, sum(recorded) AS recorded,
            sum(transcribed) AS transcribed, sum(analysed) AS analysed
        FROM taken GROUP BY tenant_id, kind, key, call_week(bucket_at)
    ) AS d
    WHERE w.tenant_id = d.tenant_id AND w.kind = d.kind AND w.key = d.key AND w.bucket_at = d.week;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION take_week_figures IS 'Takes days that go from their weeks, where these are there still.';

-- As the service itself would have done it, day by day; beyond the walls of tenants.
SET LOCAL ROLE calls_system;
INSERT INTO call_week_figures (tenant_id, kind, key, bucket_at,
        calls, inbound, outbound, answered, missed, voicemail, seconds, talk_seconds, positive, neutral, negative,
        sentiment_sum, sentiment_calls, quality_sum, quality_calls, recorded, transcribed, analysed)
SELECT tenant_id, kind, key, call_week(bucket_at),
        sum(calls), sum(inbound), sum(outbound), sum(answered), sum(missed), sum(voicemail), sum(seconds),
        sum(talk_seconds), sum(positive), sum(neutral), sum(negative), sum(sentiment_sum), sum(sentiment_calls),
        sum(quality_sum), sum(quality_calls), sum(recorded), sum(transcribed), sum(analysed)
FROM call_day_figures GROUP BY tenant_id, kind, key, call_week(bucket_at);
RESET ROLE;

CREATE TRIGGER call_day_figures_added AFTER INSERT ON call_day_figures REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION add_week_figures();
CREATE TRIGGER call_day_figures_taken AFTER DELETE ON call_day_figures REFERENCING OLD TABLE AS taken
    FOR EACH STATEMENT EXECUTE FUNCTION take_week_figures();
