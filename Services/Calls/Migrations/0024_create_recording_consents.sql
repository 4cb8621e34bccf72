-- The proof of what let a call be recorded stands with the call, and goes with it.
CREATE TABLE recording_consents (
    tenant_id  uuid        NOT NULL,
    call_id    uuid        NOT NULL,
    policy     text        NOT NULL,
    regions    text[]      NOT NULL DEFAULT '{}',
    method     text        NOT NULL,
    is_given   boolean     NOT NULL,
    key        text,
    reference  text,
    given_at   timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT recording_consents_pkey PRIMARY KEY (tenant_id, call_id),
    CONSTRAINT recording_consents_call_fkey FOREIGN KEY (tenant_id, call_id) REFERENCES calls (tenant_id, id) ON DELETE CASCADE,
    CONSTRAINT recording_consents_method_check CHECK (method IN ('none_needed', 'announcement', 'key_press', 'verbal'))
);
COMMENT ON TABLE recording_consents IS 'What let a call be recorded: what was asked for at its place, and what was heard or pressed.';
COMMENT ON COLUMN recording_consents.reference IS 'Where the proof is, such as the provider''s id of the announcement.';
ALTER TABLE recording_consents ENABLE ROW LEVEL SECURITY;
ALTER TABLE recording_consents FORCE ROW LEVEL SECURITY;
CREATE POLICY recording_consents_tenant ON recording_consents USING (tenant_id = current_setting('app.tenant_id')::uuid);
