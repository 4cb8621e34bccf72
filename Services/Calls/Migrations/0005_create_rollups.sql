-- Counts by 15-minute UTC bucket, so that one figure is right in every time zone and over every daylight-saving change.
CREATE TABLE call_rollups (
    tenant_id uuid        NOT NULL,
    bucket_at timestamptz NOT NULL,
    direction text        NOT NULL,
    status    text        NOT NULL,
    calls     bigint      NOT NULL,
    seconds   bigint      NOT NULL,
    CONSTRAINT call_rollups_pkey PRIMARY KEY (tenant_id, bucket_at, direction, status)
);
COMMENT ON TABLE call_rollups IS 'Calls and their seconds by start; test calls and those in the bin are left out.';
ALTER TABLE call_rollups ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_rollups FORCE ROW LEVEL SECURITY;
CREATE POLICY call_rollups_tenant ON call_rollups USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_rollup_marks (
    tenant_id uuid        NOT NULL,
    id        uuid        NOT NULL,
    bucket_at timestamptz NOT NULL,
    CONSTRAINT call_rollup_marks_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE call_rollup_marks IS 'Buckets to be counted again, added with the change and taken by a job. Ids only, so without row-level security.';
