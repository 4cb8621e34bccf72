-- What calls knows of the people who work in a tenant: tenancy tells who has changed, and is asked for the rest.
CREATE TABLE agents (
    tenant_id        uuid        NOT NULL,
    user_id          uuid        NOT NULL,
    role             text        NOT NULL,
    status           text        NOT NULL,
    time_zone        text        NOT NULL,
    territory        text[]      NOT NULL DEFAULT '{}',
    skills           text[]      NOT NULL DEFAULT '{}',
    languages        text[]      NOT NULL DEFAULT '{}',
    last_assigned_at timestamptz,
    updated_at       timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agents_pkey PRIMARY KEY (tenant_id, user_id)
);
COMMENT ON TABLE agents IS 'Who can be given calls, as tenancy has told: without names, addresses and numbers.';
COMMENT ON COLUMN agents.territory IS 'ZIP codes; one that ends in * stands for all that begin so.';
ALTER TABLE agents ENABLE ROW LEVEL SECURITY;
ALTER TABLE agents FORCE ROW LEVEL SECURITY;
CREATE POLICY agents_tenant ON agents USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE agent_availability (
    tenant_id    uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    presence     text        NOT NULL DEFAULT 'available',
    until_at     timestamptz,
    weekdays     integer[]   NOT NULL DEFAULT '{}',
    from_minutes integer[]   NOT NULL DEFAULT '{}',
    to_minutes   integer[]   NOT NULL DEFAULT '{}',
    most_calls   integer     NOT NULL DEFAULT 1,
    version      bigint      NOT NULL DEFAULT 1,
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT agent_availability_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT agent_availability_presence_check CHECK (presence IN ('available', 'busy', 'away', 'offline'))
);
COMMENT ON TABLE agent_availability IS 'Whether somebody takes calls now, in which hours of the week, and how many at a time.';
COMMENT ON COLUMN agent_availability.until_at IS 'Until when the presence holds; then the person is available again.';
COMMENT ON COLUMN agent_availability.weekdays IS 'With from_minutes and to_minutes one row of hours each, at the person''s own clock; none for always.';
ALTER TABLE agent_availability ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_availability FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_availability_tenant ON agent_availability USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE agent_busy_times (
    tenant_id uuid        NOT NULL,
    user_id   uuid        NOT NULL,
    from_at   timestamptz NOT NULL,
    to_at     timestamptz NOT NULL,
    CONSTRAINT agent_busy_times_pkey PRIMARY KEY (tenant_id, user_id, from_at),
    CONSTRAINT agent_busy_times_check CHECK (to_at > from_at)
);
COMMENT ON TABLE agent_busy_times IS 'When somebody is taken by an appointment, as calendar has told: times alone.';
ALTER TABLE agent_busy_times ENABLE ROW LEVEL SECURITY;
ALTER TABLE agent_busy_times FORCE ROW LEVEL SECURITY;
CREATE POLICY agent_busy_times_tenant ON agent_busy_times USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE assignments (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    call_id    uuid,
    user_id    uuid,
    reason     text        NOT NULL,
    criteria   jsonb       NOT NULL,
    candidates integer     NOT NULL,
    decided_by uuid,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT assignments_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT assignments_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE assignments IS 'Who was given a call, and why: each criterion with what was wanted and whether it was met.';
CREATE INDEX assignments_call_idx ON assignments (tenant_id, call_id, created_at DESC);
CREATE INDEX assignments_created_idx ON assignments (tenant_id, created_at DESC, id DESC);
CREATE INDEX assignments_user_idx ON assignments (tenant_id, user_id, created_at DESC);
CREATE INDEX calls_open_agent_idx ON calls (tenant_id, agent_id) WHERE status IN ('registered', 'ringing', 'in_progress') AND deleted_at IS NULL;
ALTER TABLE assignments ENABLE ROW LEVEL SECURITY;
ALTER TABLE assignments FORCE ROW LEVEL SECURITY;
CREATE POLICY assignments_tenant ON assignments USING (tenant_id = current_setting('app.tenant_id')::uuid);
