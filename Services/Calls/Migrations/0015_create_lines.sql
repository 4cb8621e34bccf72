-- Phone systems name extensions and numbers, and people want to see who spoke.
CREATE TABLE lines (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    source     text        NOT NULL DEFAULT '*',
    value      text        NOT NULL,
    label      text,
    agent_id   uuid,
    team       text,
    valid_from timestamptz,
    valid_to   timestamptz,
    version    bigint      NOT NULL DEFAULT 1,
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    deleted_at timestamptz,
    CONSTRAINT lines_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT lines_times_check CHECK (valid_to > valid_from)
);
COMMENT ON TABLE lines IS 'Whose an extension or a number is, from when to when; with neither agent nor team it is known to be nobody''s.';
COMMENT ON COLUMN lines.source IS 'The connection whose line it is; * for all.';
COMMENT ON COLUMN lines.valid_from IS 'Since ever when null.';
COMMENT ON COLUMN lines.deleted_at IS 'No line any more; the row goes once its calls are nobody''s again.';
CREATE INDEX lines_value_idx ON lines (tenant_id, value);
CREATE INDEX lines_created_idx ON lines (tenant_id, created_at, id);
ALTER TABLE lines ENABLE ROW LEVEL SECURITY;
ALTER TABLE lines FORCE ROW LEVEL SECURITY;
CREATE POLICY lines_tenant ON lines USING (tenant_id = current_setting('app.tenant_id')::uuid);

ALTER TABLE calls ADD COLUMN line_value text, ADD COLUMN line_id uuid, ADD COLUMN team text;
COMMENT ON COLUMN calls.line_value IS 'Our end of the call as phone systems name it, by which the agent is found.';
COMMENT ON COLUMN calls.line_id IS 'The line that gave the call its agent; null when somebody else did, or nobody.';
CREATE INDEX calls_line_idx ON calls (tenant_id, line_value, started_at) WHERE line_value IS NOT NULL;
CREATE INDEX calls_unknown_line_idx ON calls (tenant_id, line_value, source, started_at)
    WHERE line_value IS NOT NULL AND agent_id IS NULL AND line_id IS NULL AND deleted_at IS NULL AND NOT is_test;
