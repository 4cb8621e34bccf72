-- Super admins ask to act as a tenant's owner where the owner wants to be asked.
CREATE TABLE support_requests (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    requested_by uuid        NOT NULL,
    reason       text        NOT NULL CONSTRAINT support_requests_reason_check CHECK (length(reason) <= 500),
    requested_at timestamptz NOT NULL DEFAULT now(),
    decided_by   uuid,
    decided_at   timestamptz,
    is_approved  boolean,
    expires_at   timestamptz NOT NULL,
    CONSTRAINT support_requests_pkey PRIMARY KEY (tenant_id, id)
);
CREATE INDEX support_requests_requested_idx ON support_requests (tenant_id, requested_at DESC, id DESC);
COMMENT ON TABLE support_requests IS 'Who of the platform wanted to act as the owner, why, and what the owner said.';
COMMENT ON COLUMN support_requests.requested_by IS 'A user of the platform.';
COMMENT ON COLUMN support_requests.expires_at IS 'Until when it can be decided, and then until when it holds.';
ALTER TABLE support_requests ENABLE ROW LEVEL SECURITY;
ALTER TABLE support_requests FORCE ROW LEVEL SECURITY;
CREATE POLICY support_requests_tenant ON support_requests USING (tenant_id = current_setting('app.tenant_id')::uuid);
