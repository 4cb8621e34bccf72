-- What super admins tell everybody: that the suite is being worked on, and when.
CREATE TABLE notices (
    tenant_id  uuid        NOT NULL,
    id         uuid        NOT NULL,
    message    text        NOT NULL CONSTRAINT notices_message_check CHECK (length(message) <= 1000),
    severity   text        NOT NULL CONSTRAINT notices_severity_check CHECK (severity IN ('information', 'warning')),
    starts_at  timestamptz NOT NULL,
    ends_at    timestamptz NOT NULL,
    created_by uuid        NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT notices_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT notices_span_check CHECK (ends_at > starts_at)
);
CREATE INDEX notices_ends_idx ON notices (tenant_id, ends_at);
COMMENT ON TABLE notices IS 'Notices of the platform to all tenants; shown from a day before they begin until they end.';
ALTER TABLE notices ENABLE ROW LEVEL SECURITY;
ALTER TABLE notices FORCE ROW LEVEL SECURITY;
CREATE POLICY notices_tenant ON notices USING (tenant_id = current_setting('app.tenant_id')::uuid);
