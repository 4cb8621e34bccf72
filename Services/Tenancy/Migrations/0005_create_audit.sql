-- Who did what to what: append-only rows, with all that can identify a person in side rows that can be erased.
CREATE TABLE audit_log (
    tenant_id    uuid        NOT NULL,
    id           uuid        NOT NULL,
    occurred_at  timestamptz NOT NULL DEFAULT now(),
    actor_kind   text        NOT NULL,
    actor_id     uuid,
    actor_service text,
    impersonator uuid,
    action       text        NOT NULL,
    subject      text        NOT NULL,
    request_id   text,
    CONSTRAINT audit_log_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT audit_log_actor_check CHECK (actor_kind IN ('user', 'api_key', 'service', 'operator', 'anonymous'))
);
COMMENT ON TABLE audit_log IS 'Append-only: ids and words, nothing that erasing a person would have to change.';
CREATE INDEX audit_log_occurred_idx ON audit_log (tenant_id, occurred_at DESC, id DESC);
ALTER TABLE audit_log ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_log FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_log_tenant ON audit_log USING (tenant_id = current_setting('app.tenant_id')::uuid);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_log FROM tenancy_app;

CREATE TABLE audit_details (
    tenant_id uuid  NOT NULL,
    audit_id  uuid  NOT NULL,
    address   text,
    before    jsonb,
    after     jsonb,
    CONSTRAINT audit_details_pkey PRIMARY KEY (tenant_id, audit_id)
);
COMMENT ON TABLE audit_details IS 'Address, before and after of an audit row; erasable without touching the row.';
ALTER TABLE audit_details ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_details FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_details_tenant ON audit_details USING (tenant_id = current_setting('app.tenant_id')::uuid);
