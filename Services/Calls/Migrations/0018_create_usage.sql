-- What engines used and cost, by stage of a call; kept when the call goes, since what was spent stays spent.
CREATE TABLE call_usages (
    tenant_id           uuid             NOT NULL,
    id                  uuid             NOT NULL,
    call_id             uuid             NOT NULL,
    stage               text             NOT NULL,
    engine              text             NOT NULL,
    model               text             NOT NULL,
    is_success          boolean          NOT NULL,
    requests            integer          NOT NULL,
    audio_seconds       double precision NOT NULL,
    input_tokens        bigint           NOT NULL,
    cached_input_tokens bigint           NOT NULL,
    output_tokens       bigint           NOT NULL,
    elapsed_seconds     double precision NOT NULL,
    cost_micros         bigint           NOT NULL,
    cost_basis          text             NOT NULL,
    used_at             timestamptz      NOT NULL DEFAULT now(),
    CONSTRAINT call_usages_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_usages IS 'What an engine used for one stage of a call, in millionths of a US dollar; ids and figures, no words.';
CREATE INDEX call_usages_call_idx ON call_usages (tenant_id, call_id, used_at);
ALTER TABLE call_usages ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_usages FORCE ROW LEVEL SECURITY;
CREATE POLICY call_usages_tenant ON call_usages USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_cost_rollups (
    tenant_id     uuid             NOT NULL,
    bucket_at     timestamptz      NOT NULL,
    stage         text             NOT NULL,
    engine        text             NOT NULL,
    agent_id      uuid             NOT NULL,
    uses          bigint           NOT NULL,
    audio_seconds double precision NOT NULL,
    input_tokens  bigint           NOT NULL,
    output_tokens bigint           NOT NULL,
    cost_micros   bigint           NOT NULL,
    CONSTRAINT call_cost_rollups_pkey PRIMARY KEY (tenant_id, bucket_at, stage, engine, agent_id)
);
COMMENT ON TABLE call_cost_rollups IS 'What engines used by 15-minute UTC bucket, so that a month is summed at once; agent_id is all zeros for calls without an agent.';
ALTER TABLE call_cost_rollups ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_cost_rollups FORCE ROW LEVEL SECURITY;
CREATE POLICY call_cost_rollups_tenant ON call_cost_rollups USING (tenant_id = current_setting('app.tenant_id')::uuid);

-- Calls that wait for a higher budget, a new month or a feature that is switched on again.
CREATE INDEX calls_held_idx ON calls (tenant_id, stage_since)
    WHERE stage_error_code IN ('budget_exceeded', 'feature_disabled') AND stage <> 'failed';

CREATE FUNCTION tenants_with_held_calls() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT c.tenant_id FROM calls AS c
    WHERE c.stage_error_code IN ('budget_exceeded', 'feature_disabled') AND c.stage <> 'failed'
$$;
COMMENT ON FUNCTION tenants_with_held_calls IS 'The tenants that have calls which wait for a budget or a feature.';
ALTER FUNCTION tenants_with_held_calls OWNER TO calls_system;
REVOKE ALL ON FUNCTION tenants_with_held_calls FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_held_calls TO calls_app;
