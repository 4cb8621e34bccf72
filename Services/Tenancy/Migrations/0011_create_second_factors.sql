-- A person may ask for a second factor at sign-in: one-time passwords of an app, and codes for when the app is lost.
CREATE TABLE second_factors (
    tenant_id    uuid        NOT NULL,
    user_id      uuid        NOT NULL,
    secret       bytea       NOT NULL,
    last_step    bigint      NOT NULL DEFAULT 0,
    created_at   timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    CONSTRAINT second_factors_pkey PRIMARY KEY (tenant_id, user_id),
    CONSTRAINT second_factors_user_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES users (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE second_factors IS 'One app a person; asked for at sign-in once a first password has shown that it works.';
COMMENT ON COLUMN second_factors.secret IS 'Sealed.';
COMMENT ON COLUMN second_factors.last_step IS 'The last step whose password was used: each counts once.';
ALTER TABLE second_factors ENABLE ROW LEVEL SECURITY;
ALTER TABLE second_factors FORCE ROW LEVEL SECURITY;
CREATE POLICY second_factors_tenant ON second_factors USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE recovery_codes (
    tenant_id uuid        NOT NULL,
    user_id   uuid        NOT NULL,
    digest    bytea       NOT NULL,
    used_at   timestamptz,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (tenant_id, user_id, digest),
    CONSTRAINT recovery_codes_factor_fkey FOREIGN KEY (tenant_id, user_id)
        REFERENCES second_factors (tenant_id, user_id) ON DELETE CASCADE
);
COMMENT ON TABLE recovery_codes IS 'SHA-256 of the codes that stand in for a lost app, each once.';
ALTER TABLE recovery_codes ENABLE ROW LEVEL SECURITY;
ALTER TABLE recovery_codes FORCE ROW LEVEL SECURITY;
CREATE POLICY recovery_codes_tenant ON recovery_codes USING (tenant_id = current_setting('app.tenant_id')::uuid);
