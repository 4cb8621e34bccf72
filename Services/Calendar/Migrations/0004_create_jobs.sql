-- The queue of work to be done later, as the module that runs it wants it.
CREATE TABLE jobs (
    tenant_id uuid NOT NULL,
    id uuid NOT NULL,
    kind text NOT NULL CONSTRAINT jobs_kind_check CHECK (length(kind) BETWEEN 1 AND 80),
    subject_id uuid,
    state text NOT NULL DEFAULT 'waiting'
        CONSTRAINT jobs_state_check CHECK (state IN ('waiting', 'running', 'dead')),
    attempts bigint NOT NULL DEFAULT 0,
    created_at timestamptz NOT NULL DEFAULT now(),
    since_at timestamptz NOT NULL DEFAULT now(),
    run_at timestamptz NOT NULL DEFAULT now(),
    lease_id uuid,
    leased_until_at timestamptz,
    error_code text CONSTRAINT jobs_error_code_check CHECK (length(error_code) <= 80),
    traceparent text CONSTRAINT jobs_traceparent_check CHECK (length(traceparent) <= 55),
    CONSTRAINT jobs_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT jobs_lease_check
        CHECK ((state = 'running') = (lease_id IS NOT NULL AND leased_until_at IS NOT NULL))
);
CREATE INDEX jobs_waiting ON jobs (kind, tenant_id, run_at, id) WHERE state = 'waiting';
CREATE INDEX jobs_running ON jobs (kind, tenant_id) WHERE state = 'running';
CREATE INDEX jobs_dead ON jobs (tenant_id, since_at DESC, id DESC) WHERE state = 'dead';
CREATE INDEX jobs_subject ON jobs (tenant_id, subject_id) WHERE subject_id IS NOT NULL;
COMMENT ON TABLE jobs IS 'Work to be done later, gone when done. Ids only, so without row-level security.';
COMMENT ON COLUMN jobs.subject_id IS 'What the job is about, such as a call, for the views of the queue.';
COMMENT ON COLUMN jobs.since_at IS 'Since when the job has been in its state.';
COMMENT ON COLUMN jobs.lease_id IS 'The runner with the job; after leased_until_at it is taken for dead.';
COMMENT ON COLUMN jobs.traceparent IS 'The trace of whatever enqueued the job.';

CREATE TABLE job_payloads (
    tenant_id uuid NOT NULL,
    job_id uuid NOT NULL,
    payload jsonb NOT NULL,
    error_detail text CONSTRAINT job_payloads_error_detail_check CHECK (length(error_detail) <= 2000),
    CONSTRAINT job_payloads_pkey PRIMARY KEY (tenant_id, job_id),
    CONSTRAINT job_payloads_job_fkey FOREIGN KEY (tenant_id, job_id)
        REFERENCES jobs (tenant_id, id) ON DELETE CASCADE
);
ALTER TABLE job_payloads ENABLE ROW LEVEL SECURITY;
ALTER TABLE job_payloads FORCE ROW LEVEL SECURITY;
CREATE POLICY job_payloads_tenant ON job_payloads USING (tenant_id = current_setting('app.tenant_id')::uuid);
COMMENT ON TABLE job_payloads IS 'What a job was told and the last error it had; goes with the job.';

CREATE TABLE job_schedules (
    name text NOT NULL CONSTRAINT job_schedules_pkey PRIMARY KEY,
    next_at timestamptz NOT NULL
);
COMMENT ON TABLE job_schedules IS 'When each periodic job comes next; whoever moves the row on enqueues it.';
