-- Calls that are placed and answered here: people's phones, the ends of a call, and what a carrier was told.
CREATE TABLE user_voip_settings (
    tenant_id               uuid        NOT NULL,
    user_id                 uuid        NOT NULL,
    connection_id           uuid,
    caller_id               text,
    numbers                 text[]      NOT NULL DEFAULT '{}',
    mobile_number           text,
    ring                    text        NOT NULL DEFAULT 'browser',
    is_available            boolean     NOT NULL DEFAULT true,
    auto_record             boolean     NOT NULL DEFAULT true,
    auto_transcribe         boolean     NOT NULL DEFAULT true,
    voicemail_enabled       boolean     NOT NULL DEFAULT true,
    voicemail_greeting      text,
    ring_seconds            integer     NOT NULL DEFAULT 25,
    forward_always          text,
    forward_unavailable     text,
    forward_no_answer       text,
    tcpa_consent_at         timestamptz,
    gdpr_consent_at         timestamptz,
    version                 bigint      NOT NULL DEFAULT 1,
    created_at              timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT user_voip_settings_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT user_voip_settings_ring_check CHECK (ring IN ('browser', 'mobile', 'mobile_first'))
);
COMMENT ON TABLE user_voip_settings IS 'How a person calls and is called: numbers, caller id, phones, voicemail and forwarding.';
COMMENT ON COLUMN user_voip_settings.caller_id IS 'A number that the connection''s account owned when it was set.';
CREATE INDEX user_voip_settings_numbers_idx ON user_voip_settings USING gin (numbers);
ALTER TABLE user_voip_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE user_voip_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY user_voip_settings_tenant ON user_voip_settings USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_controls (
    tenant_id         uuid        NOT NULL,
    call_id           uuid        NOT NULL,
    connection_id     uuid        NOT NULL,
    provider          text        NOT NULL,
    caller_id         text        NOT NULL,
    purpose           text        NOT NULL DEFAULT 'marketing',
    is_conference     boolean     NOT NULL DEFAULT true,
    recording_policy  text        NOT NULL DEFAULT 'never',
    recording_id      text,
    recording_state   text        NOT NULL DEFAULT 'none',
    machine_action    text        NOT NULL DEFAULT 'connect',
    machine_message   text,
    entry_id          uuid,
    retry_count       integer     NOT NULL DEFAULT 0,
    is_wrapped_up     boolean     NOT NULL DEFAULT false,
    created_at        timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_controls_pkey PRIMARY KEY (tenant_id, call_id),
    CONSTRAINT call_controls_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_controls_recording_check CHECK (recording_state IN ('none', 'starting', 'running', 'paused', 'stopped'))
);
COMMENT ON TABLE call_controls IS 'A call that is steered here, and how; other calls have no such row.';
COMMENT ON COLUMN call_controls.is_conference IS 'Whether the ends meet in a room, so that each can be steered; else the carrier bridges two of them.';
COMMENT ON COLUMN call_controls.retry_count IS 'Which repetition of an unanswered call it is.';
ALTER TABLE call_controls ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_controls FORCE ROW LEVEL SECURITY;
CREATE POLICY call_controls_tenant ON call_controls USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_participants (
    tenant_id     uuid        NOT NULL,
    id            uuid        NOT NULL,
    call_id       uuid        NOT NULL,
    connection_id uuid        NOT NULL,
    role          text        NOT NULL,
    user_id       uuid,
    address       text        NOT NULL,
    ring_seconds  integer     NOT NULL DEFAULT 30,
    external_id   text,
    state         text        NOT NULL DEFAULT 'planned',
    reason        text,
    attempts      integer     NOT NULL DEFAULT 0,
    placing_at    timestamptz,
    is_muted      boolean     NOT NULL DEFAULT false,
    is_on_hold    boolean     NOT NULL DEFAULT false,
    replaces_id   uuid,
    joined_at     timestamptz,
    left_at       timestamptz,
    created_at    timestamptz NOT NULL DEFAULT now(),
    updated_at    timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_participants_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_participants_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_participants_external_key UNIQUE (tenant_id, connection_id, external_id),
    CONSTRAINT call_participants_role_check CHECK (role IN ('agent', 'customer', 'guest')),
    CONSTRAINT call_participants_state_check CHECK (state IN ('planned', 'placing', 'ringing', 'joined', 'left', 'failed', 'cancelled'))
);
COMMENT ON TABLE call_participants IS 'The ends of a call, each a call of its own to the carrier: when it was to be rung, joined and left.';
COMMENT ON COLUMN call_participants.placing_at IS 'When the carrier was about to be told: from then on it is asked before it is told again.';
COMMENT ON COLUMN call_participants.replaces_id IS 'Who leaves once this one has joined: a transfer.';
CREATE INDEX call_participants_call_idx ON call_participants (tenant_id, call_id, created_at);
CREATE INDEX call_participants_planned_idx ON call_participants (tenant_id, address)
    WHERE state IN ('planned', 'placing', 'ringing');
CREATE INDEX call_participants_user_idx ON call_participants (tenant_id, user_id)
    WHERE state IN ('planned', 'placing', 'ringing', 'joined');
ALTER TABLE call_participants ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_participants FORCE ROW LEVEL SECURITY;
CREATE POLICY call_participants_tenant ON call_participants USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE recording_pauses (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    paused_by  uuid,
    paused_at  timestamptz NOT NULL DEFAULT now(),
    resumed_at timestamptz,
    CONSTRAINT recording_pauses_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT recording_pauses_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE recording_pauses IS 'Where a recording has silence because somebody paused it, and who.';
CREATE INDEX recording_pauses_call_idx ON recording_pauses (tenant_id, call_id, paused_at);
ALTER TABLE recording_pauses ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_pauses FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_pauses_tenant ON recording_pauses USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE dial_campaigns (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    name            text        NOT NULL,
    state           text        NOT NULL DEFAULT 'draft',
    purpose         text        NOT NULL DEFAULT 'marketing',
    priority        integer     NOT NULL DEFAULT 0,
    pause_seconds   integer     NOT NULL DEFAULT 5,
    max_attempts    integer     NOT NULL DEFAULT 3,
    ring_seconds    integer     NOT NULL DEFAULT 30,
    machine_action  text        NOT NULL DEFAULT 'hang_up',
    machine_message text,
    created_by      uuid,
    version         bigint      NOT NULL DEFAULT 1,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dial_campaigns_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT dial_campaigns_state_check CHECK (state IN ('draft', 'running', 'paused', 'finished')),
    CONSTRAINT dial_campaigns_machine_check CHECK (machine_action IN ('connect', 'hang_up', 'leave_message'))
);
COMMENT ON TABLE dial_campaigns IS 'Numbers that are called one after another, and how.';
CREATE INDEX dial_campaigns_created_idx ON dial_campaigns (tenant_id, created_at, id);
ALTER TABLE dial_campaigns ENABLE ROW LEVEL SECURITY;
ALTER TABLE dial_campaigns FORCE ROW LEVEL SECURITY;
CREATE POLICY dial_campaigns_tenant ON dial_campaigns USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE dial_sessions (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    user_id         uuid        NOT NULL,
    campaign_id     uuid,
    state           text        NOT NULL DEFAULT 'ready',
    entry_id        uuid,
    call_id         uuid,
    reason          text,
    calls           integer     NOT NULL DEFAULT 0,
    leased_until_at timestamptz NOT NULL,
    next_at         timestamptz,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dial_sessions_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT dial_sessions_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES dial_campaigns (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT dial_sessions_state_check CHECK (state IN ('ready', 'dialling', 'in_call', 'wrap_up', 'paused', 'ended'))
);
COMMENT ON TABLE dial_sessions IS 'An agent who is given one number after another.';
COMMENT ON COLUMN dial_sessions.leased_until_at IS 'The agent''s console says that it is there; when it stops, what it had goes to others.';
CREATE UNIQUE INDEX dial_sessions_user_key ON dial_sessions (tenant_id, user_id) WHERE state <> 'ended';
ALTER TABLE dial_sessions ENABLE ROW LEVEL SECURITY;
ALTER TABLE dial_sessions FORCE ROW LEVEL SECURITY;
CREATE POLICY dial_sessions_tenant ON dial_sessions USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE dial_queue (
    tenant_id       uuid        NOT NULL,
    id              uuid        NOT NULL,
    campaign_id     uuid,
    number          text        NOT NULL,
    name            text,
    lead_id         uuid,
    agent_id        uuid,
    purpose         text        NOT NULL DEFAULT 'marketing',
    priority        integer     NOT NULL DEFAULT 0,
    state           text        NOT NULL DEFAULT 'pending',
    reason          text,
    not_before_at   timestamptz NOT NULL DEFAULT now(),
    attempts        integer     NOT NULL DEFAULT 0,
    max_attempts    integer     NOT NULL DEFAULT 3,
    session_id      uuid,
    leased_until_at timestamptz,
    call_id         uuid,
    created_at      timestamptz NOT NULL DEFAULT now(),
    updated_at      timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT dial_queue_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT dial_queue_number_key UNIQUE (tenant_id, campaign_id, number),
    CONSTRAINT dial_queue_campaign_fkey FOREIGN KEY (tenant_id, campaign_id) REFERENCES dial_campaigns (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT dial_queue_state_check CHECK (state IN ('pending', 'claimed', 'done', 'cancelled', 'failed'))
);
COMMENT ON TABLE dial_queue IS 'Numbers that wait to be called; claimed under a lease, so that nobody''s crash keeps one.';
COMMENT ON COLUMN dial_queue.not_before_at IS 'When it is due: by schedule, by the pause after an unanswered call, or by the callee''s legal hours.';
CREATE INDEX dial_queue_due_idx ON dial_queue (tenant_id, campaign_id, priority DESC, not_before_at, id) WHERE state = 'pending';
CREATE INDEX dial_queue_number_idx ON dial_queue (tenant_id, number) WHERE state IN ('pending', 'claimed');
CREATE INDEX dial_queue_created_idx ON dial_queue (tenant_id, created_at, id);
ALTER TABLE dial_queue ENABLE ROW LEVEL SECURITY;
ALTER TABLE dial_queue FORCE ROW LEVEL SECURITY;
CREATE POLICY dial_queue_tenant ON dial_queue USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE call_retries (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    call_id      uuid        NOT NULL,
    entry_id     uuid        NOT NULL,
    lead_id      uuid,
    retry_count  integer     NOT NULL,
    scheduled_at timestamptz NOT NULL,
    status       text        NOT NULL DEFAULT 'pending',
    reason       text,
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_retries_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT call_retries_call_key UNIQUE (tenant_id, call_id),
    CONSTRAINT call_retries_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_retries_entry_fkey FOREIGN KEY (tenant_id, entry_id) REFERENCES dial_queue (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_retries_status_check CHECK (status IN ('pending', 'completed', 'failed', 'cancelled'))
);
COMMENT ON TABLE call_retries IS 'The next attempt after an unanswered call; at most one a call, so that no repetition makes two.';
CREATE INDEX call_retries_scheduled_idx ON call_retries (tenant_id, scheduled_at, id);
CREATE INDEX call_retries_entry_idx ON call_retries (tenant_id, entry_id) WHERE status = 'pending';
ALTER TABLE call_retries ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_retries FORCE ROW LEVEL SECURITY;
CREATE POLICY call_retries_tenant ON call_retries USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE missed_calls (
    tenant_id      uuid        NOT NULL,
    id             uuid        NOT NULL,
    call_id        uuid        NOT NULL,
    number         text        NOT NULL,
    agent_id       uuid,
    missed_at      timestamptz NOT NULL,
    calls          integer     NOT NULL DEFAULT 1,
    state          text        NOT NULL DEFAULT 'open',
    claimed_by     uuid,
    claimed_at     timestamptz,
    closed_at      timestamptz,
    closed_by_call uuid,
    closed_reason  text,
    version        bigint      NOT NULL DEFAULT 1,
    created_at     timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT missed_calls_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT missed_calls_call_key UNIQUE (tenant_id, call_id),
    CONSTRAINT missed_calls_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT missed_calls_state_check CHECK (state IN ('open', 'claimed', 'closed'))
);
COMMENT ON TABLE missed_calls IS 'Callers whom nobody answered and who are to be called back; closed by the next conversation with them.';
COMMENT ON COLUMN missed_calls.calls IS 'How often the number has called in vain meanwhile; the row names the last call.';
CREATE UNIQUE INDEX missed_calls_number_key ON missed_calls (tenant_id, number) WHERE state <> 'closed';
CREATE INDEX missed_calls_missed_idx ON missed_calls (tenant_id, missed_at, id);
ALTER TABLE missed_calls ENABLE ROW LEVEL SECURITY;
ALTER TABLE missed_calls FORCE ROW LEVEL SECURITY;
CREATE POLICY missed_calls_tenant ON missed_calls USING (tenant_id = current_setting('app.tenant_id')::uuid);
