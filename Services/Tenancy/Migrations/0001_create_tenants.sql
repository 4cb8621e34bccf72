-- Tenants, what each may use and how it is set: the rows that every other row of the suite hangs on.
CREATE TABLE tenants (
    tenant_id    uuid        NOT NULL,
    name         text        NOT NULL,
    subdomain    text        NOT NULL,
    plan         text        NOT NULL,
    phone_system text        NOT NULL,
    status       text        NOT NULL DEFAULT 'active',
    time_zone    text        NOT NULL DEFAULT 'UTC',
    country      text        NOT NULL DEFAULT 'US',
    language     text        NOT NULL DEFAULT 'en',
    created_at   timestamptz NOT NULL DEFAULT now(),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    suspended_at timestamptz,
    CONSTRAINT tenants_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenants_subdomain_key UNIQUE (subdomain),
    CONSTRAINT tenants_status_check CHECK (status IN ('active', 'suspended', 'deleted')),
    CONSTRAINT tenants_plan_check CHECK (plan IN ('starter', 'growth', 'enterprise')),
    CONSTRAINT tenants_country_check CHECK (length(country) = 2)
);
COMMENT ON TABLE tenants IS 'One row a tenant; the platform itself is the one with the fixed id and the subdomain admin.';
COMMENT ON COLUMN tenants.country IS 'ISO 3166-1 alpha-2: how national phone numbers are read.';
CREATE INDEX tenants_created_idx ON tenants (created_at DESC, tenant_id DESC);
ALTER TABLE tenants ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenants FORCE ROW LEVEL SECURITY;
CREATE POLICY tenants_tenant ON tenants USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE entitlements (
    tenant_id  uuid        NOT NULL,
    document   jsonb       NOT NULL,
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT entitlements_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT entitlements_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE
);
COMMENT ON TABLE entitlements IS 'What the plan allows: features, seats, rates, storage. Set by billing, seeded by the plan.';
ALTER TABLE entitlements ENABLE ROW LEVEL SECURITY;
ALTER TABLE entitlements FORCE ROW LEVEL SECURITY;
CREATE POLICY entitlements_tenant ON entitlements USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE tenant_settings (
    tenant_id  uuid        NOT NULL,
    visibility text        NOT NULL DEFAULT 'own',
    updated_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tenant_settings_pkey PRIMARY KEY (tenant_id),
    CONSTRAINT tenant_settings_tenant_fkey FOREIGN KEY (tenant_id) REFERENCES tenants (tenant_id) ON DELETE CASCADE,
    CONSTRAINT tenant_settings_visibility_check CHECK (visibility IN ('own', 'organisation'))
);
COMMENT ON TABLE tenant_settings IS 'Settings that other services act on; visibility is what agents see of the organisation.';
ALTER TABLE tenant_settings ENABLE ROW LEVEL SECURITY;
ALTER TABLE tenant_settings FORCE ROW LEVEL SECURITY;
CREATE POLICY tenant_settings_tenant ON tenant_settings USING (tenant_id = current_setting('app.tenant_id')::uuid);
