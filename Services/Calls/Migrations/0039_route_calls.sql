-- Callers are received by the line that they have called, and whoever looks at a call sees how they were led.
ALTER TABLE lines ADD COLUMN routing jsonb;
COMMENT ON COLUMN lines.routing IS 'How callers are received: hours, forwarding, voicemail, recording, language and texts; null as the account has it.';

ALTER TABLE call_controls ADD COLUMN language text;
COMMENT ON COLUMN call_controls.language IS 'What the other side probably speaks, by which the words are chosen that they hear of us.';

ALTER TABLE dial_queue ADD COLUMN language text;
COMMENT ON COLUMN dial_queue.language IS 'What the owner of the number speaks, where somebody has said so.';

CREATE TABLE call_routings (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    step       integer     NOT NULL,
    action     text        NOT NULL,
    user_ids   uuid[]      NOT NULL DEFAULT '{}',
    address    text,
    reason     text        NOT NULL,
    line_id    uuid,
    decided_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT call_routings_pkey PRIMARY KEY (tenant_id, call_id, step),
    CONSTRAINT call_routings_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT call_routings_action_check CHECK (action IN ('ring', 'forward', 'voicemail', 'call_back'))
);
COMMENT ON TABLE call_routings IS 'A caller''s way, one row a decision with its reason; a carrier that asks again gets the decision that was made.';
COMMENT ON COLUMN call_routings.address IS 'Where the caller was sent; a number of the tenant''s own choice.';
ALTER TABLE call_routings ENABLE ROW LEVEL SECURITY;
ALTER TABLE call_routings FORCE ROW LEVEL SECURITY;
CREATE POLICY call_routings_tenant ON call_routings USING (tenant_id = current_setting('app.tenant_id')::uuid);
