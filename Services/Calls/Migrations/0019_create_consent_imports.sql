-- Files of numbers with what came of each row, and how often the public page of consent was used.
CREATE TABLE do_not_call_imports (
    tenant_id   uuid        NOT NULL,
    id          uuid        NOT NULL,
    row_count   integer     NOT NULL DEFAULT 0,
    added       integer     NOT NULL DEFAULT 0,
    known       integer     NOT NULL DEFAULT 0,
    refused     integer     NOT NULL DEFAULT 0,
    cancelled   integer     NOT NULL DEFAULT 0,
    is_finished boolean     NOT NULL DEFAULT false,
    created_by  uuid,
    created_at  timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT do_not_call_imports_pkey PRIMARY KEY (tenant_id, id)
);
COMMENT ON TABLE do_not_call_imports IS 'Files of numbers that were put on a do-not-call list, and what came of them.';
CREATE INDEX do_not_call_imports_created_idx ON do_not_call_imports (tenant_id, created_at DESC, id DESC);
ALTER TABLE do_not_call_imports ENABLE ROW LEVEL SECURITY;
ALTER TABLE do_not_call_imports FORCE ROW LEVEL SECURITY;
CREATE POLICY do_not_call_imports_tenant ON do_not_call_imports USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE do_not_call_import_rows (
    tenant_id uuid    NOT NULL,
    import_id uuid    NOT NULL,
    line      integer NOT NULL,
    code      text    NOT NULL,
    CONSTRAINT do_not_call_import_rows_pkey PRIMARY KEY (tenant_id, import_id, line),
    CONSTRAINT do_not_call_import_rows_import_fkey FOREIGN KEY (tenant_id, import_id)
        REFERENCES do_not_call_imports (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE do_not_call_import_rows IS 'Rows of an import that were passed over; by their lines, without what they said.';
ALTER TABLE do_not_call_import_rows ENABLE ROW LEVEL SECURITY;
ALTER TABLE do_not_call_import_rows FORCE ROW LEVEL SECURITY;
CREATE POLICY do_not_call_import_rows_tenant ON do_not_call_import_rows USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE consent_form_attempts (
    tenant_id    uuid        NOT NULL,
    address_hash bytea       NOT NULL,
    hour_at      timestamptz NOT NULL,
    attempts     integer     NOT NULL DEFAULT 1,
    CONSTRAINT consent_form_attempts_pkey PRIMARY KEY (tenant_id, address_hash, hour_at)
);
COMMENT ON TABLE consent_form_attempts IS 'How often the public page of consent was used from an address in an hour; by a keyed hash, for two hours.';
ALTER TABLE consent_form_attempts ENABLE ROW LEVEL SECURITY;
ALTER TABLE consent_form_attempts FORCE ROW LEVEL SECURITY;
CREATE POLICY consent_form_attempts_tenant ON consent_form_attempts USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE FUNCTION platform_do_not_call_size() RETURNS bigint
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT count(*) FROM do_not_call
    WHERE tenant_id = '00000000-0000-7000-8000-000000000000' AND (expires_at IS NULL OR expires_at > now())
$$;
COMMENT ON FUNCTION platform_do_not_call_size IS 'How many numbers are on the platform''s do-not-call list.';
ALTER FUNCTION platform_do_not_call_size OWNER TO calls_system;
REVOKE ALL ON FUNCTION platform_do_not_call_size FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_do_not_call_size TO calls_app;
CREATE INDEX consents_revoked_idx ON consents (tenant_id, revoked_at) WHERE revoked_at IS NOT NULL;
