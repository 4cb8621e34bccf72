-- How far a tenant has come in setting itself up: kept per tenant, so that anybody who may can go on with it.
CREATE TABLE onboardings (
    tenant_id           uuid        NOT NULL,
    webhook_id          uuid        NOT NULL,
    webhook_received_at timestamptz,
    version             bigint      NOT NULL DEFAULT 1,
    started_at          timestamptz NOT NULL DEFAULT now(),
    completed_at        timestamptz,
    CONSTRAINT onboardings_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT onboardings_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE
);
COMMENT ON TABLE onboardings IS 'One row a tenant, from the first look at the wizard on.';
COMMENT ON COLUMN onboardings.webhook_id IS 'The last part of the address that a phone system is given to try.';
COMMENT ON COLUMN onboardings.webhook_received_at IS 'When that address was first called from outside.';
ALTER TABLE onboardings ENABLE ROW LEVEL SECURITY;
ALTER TABLE onboardings FORCE ROW LEVEL SECURITY;
CREATE POLICY onboardings_tenant ON onboardings USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE onboarding_steps (
    tenant_id  uuid        NOT NULL,
    step       text        NOT NULL,
    status     text        NOT NULL,
    settled_at timestamptz NOT NULL DEFAULT now(),
    settled_by uuid,
    CONSTRAINT onboarding_steps_pkey PRIMARY KEY (tenant_id, step),
    CONSTRAINT onboarding_steps_onboarding_fkey FOREIGN KEY (tenant_id)
        REFERENCES onboardings (tenant_id) ON DELETE CASCADE,
    CONSTRAINT onboarding_steps_status_check CHECK (status IN ('done', 'skipped'))
);
COMMENT ON TABLE onboarding_steps IS 'The steps that are done or skipped; an open one has no row.';
COMMENT ON COLUMN onboarding_steps.settled_by IS 'The person; null for a key.';
ALTER TABLE onboarding_steps ENABLE ROW LEVEL SECURITY;
ALTER TABLE onboarding_steps FORCE ROW LEVEL SECURITY;
CREATE POLICY onboarding_steps_tenant ON onboarding_steps USING (tenant_id = current_setting('app.tenant_id')::uuid);
