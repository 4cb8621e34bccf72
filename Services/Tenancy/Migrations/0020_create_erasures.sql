-- Erasing people and tenants: who is to go, which service has said that they are gone, and what stays of a tenant.
CREATE TABLE erasures (
    tenant_id     uuid        NOT NULL,
    id            uuid        NOT NULL,
    kind          text        NOT NULL,
    erased_tenant uuid        NOT NULL,
    requested_by  uuid,
    requested_at  timestamptz NOT NULL DEFAULT now(),
    asked_at      timestamptz NOT NULL DEFAULT now(),
    finished_at   timestamptz,
    CONSTRAINT erasures_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT erasures_kind_check CHECK (kind IN ('person', 'tenant'))
);
CREATE INDEX erasures_requested_idx ON erasures (tenant_id, requested_at DESC, id DESC);
CREATE INDEX erasures_open_idx ON erasures (asked_at) WHERE finished_at IS NULL;
CREATE UNIQUE INDEX erasures_tenant_key ON erasures (erased_tenant) WHERE kind = 'tenant';
COMMENT ON TABLE erasures IS 'A person or a tenant that is to be erased everywhere, until every service has said that it is done. That of a tenant is the platform''s.';
COMMENT ON COLUMN erasures.erased_tenant IS 'Whose rows are erased.';
COMMENT ON COLUMN erasures.asked_at IS 'When the services were asked last; they are asked again while one has not answered.';
ALTER TABLE erasures ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasures FORCE ROW LEVEL SECURITY;
CREATE POLICY erasures_tenant ON erasures USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE erasure_targets (
    tenant_id  uuid  NOT NULL,
    erasure_id uuid  NOT NULL,
    sealed     bytea NOT NULL,
    CONSTRAINT erasure_targets_pkey PRIMARY KEY (tenant_id, erasure_id),
    CONSTRAINT erasure_targets_erasure_fkey FOREIGN KEY (tenant_id, erasure_id)
        REFERENCES erasures (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE erasure_targets IS 'The numbers and addresses of whoever is to be erased, encrypted; gone when the erasure is over.';
ALTER TABLE erasure_targets ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_targets FORCE ROW LEVEL SECURITY;
CREATE POLICY erasure_targets_tenant ON erasure_targets USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE erasure_receipts (
    tenant_id   uuid        NOT NULL,
    erasure_id  uuid        NOT NULL,
    service     text        NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    erased      jsonb       NOT NULL,
    held        bigint      NOT NULL,
    CONSTRAINT erasure_receipts_pkey PRIMARY KEY (tenant_id, erasure_id, service),
    CONSTRAINT erasure_receipts_erasure_fkey FOREIGN KEY (tenant_id, erasure_id)
        REFERENCES erasures (tenant_id, id) ON DELETE CASCADE
);
COMMENT ON TABLE erasure_receipts IS 'What each service has erased, by counts; one that still holds something is asked again.';
ALTER TABLE erasure_receipts ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_receipts FORCE ROW LEVEL SECURITY;
CREATE POLICY erasure_receipts_tenant ON erasure_receipts USING (tenant_id = current_setting('app.tenant_id')::uuid);

CREATE TABLE tombstones (
    subdomain text        NOT NULL,
    erased_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT tombstones_pkey PRIMARY KEY (subdomain)
);
COMMENT ON TABLE tombstones IS 'The subdomains of tenants that are gone, so that nobody gets their visitors. Of the platform, so without tenant.';

CREATE FUNCTION refuse_tombstoned_subdomain() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    -- After the row stands in its unique index: whoever waited there for the last owner's end sees the tombstone.
    IF EXISTS (SELECT FROM tombstones AS t WHERE t.subdomain = NEW.subdomain) THEN
        RAISE unique_violation USING CONSTRAINT = 'tenants_subdomain_key', MESSAGE = 'the subdomain was another tenant''s';
    END IF;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION refuse_tombstoned_subdomain IS 'Keeps a subdomain of a tenant that is gone from the next one.';
CREATE TRIGGER tenants_tombstone AFTER INSERT OR UPDATE OF subdomain ON tenants
    FOR EACH ROW EXECUTE FUNCTION refuse_tombstoned_subdomain();

CREATE TABLE event_receipts (
    tenant_id uuid NOT NULL,
    event_id uuid NOT NULL,
    received_at timestamptz NOT NULL DEFAULT now(),
    CONSTRAINT event_receipts_pkey PRIMARY KEY (tenant_id, event_id)
);
CREATE INDEX event_receipts_age_idx ON event_receipts (received_at);
COMMENT ON TABLE event_receipts IS 'The events whose effects are in this database, so that none takes effect twice.';

ALTER TABLE audit_details
    ADD COLUMN salt      bytea,
    ADD COLUMN erased_at timestamptz;
COMMENT ON COLUMN audit_details.salt IS 'Goes into the digest that the chain holds, and goes with the details: what is erased cannot be guessed from it.';
COMMENT ON COLUMN audit_details.erased_at IS 'When the details were erased; the row itself stays in its place.';
REVOKE UPDATE, DELETE, TRUNCATE ON audit_details FROM tenancy_app;

CREATE FUNCTION erase_audit_details(pattern text, people uuid[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    erased bigint;
BEGIN
    UPDATE audit_details AS d SET address = NULL, before = NULL, after = NULL, salt = NULL, erased_at = now()
    FROM audit_log AS l
    WHERE l.tenant_id = current_setting('app.tenant_id')::uuid AND d.tenant_id = l.tenant_id AND d.audit_id = l.id
      AND (l.actor_id = ANY (people) AND d.erased_at IS NULL
           OR d.address ~* pattern OR d.before::text ~* pattern OR d.after::text ~* pattern);
    GET DIAGNOSTICS erased = ROW_COUNT;
    RETURN erased;
END
$$;
COMMENT ON FUNCTION erase_audit_details IS 'Erases what the set tenant''s audit log says of somebody, and from where they acted; the rows stay.';

CREATE FUNCTION erase_tenant_audit(erased uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM erasures WHERE kind = 'tenant' AND erased_tenant = erased AND finished_at IS NULL) THEN
        RAISE EXCEPTION 'the tenant is not to be erased';
    END IF;
    DELETE FROM audit_details WHERE tenant_id = erased;
    DELETE FROM audit_log WHERE tenant_id = erased;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;
COMMENT ON FUNCTION erase_tenant_audit IS 'Removes the audit log of a tenant that is being erased.';

CREATE FUNCTION anonymise_user(wanted_tenant uuid, wanted_user uuid) RETURNS bigint
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    child     text;
    field     text;
    cleared   text;
    upgraded  bigint;
BEGIN
    -- What would go with the row goes; the row stays for those that name it.
    FOR child, field IN
        SELECT k.conrelid::regclass::text, a.attname FROM pg_constraint AS k
        JOIN pg_attribute AS a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[2]
        WHERE k.contype = 'f' AND k.confrelid = 'public.users'::regclass AND k.confdeltype = 'c'
          AND array_length(k.conkey, 1) = 2
    LOOP
        EXECUTE format('DELETE FROM %s WHERE tenant_id = $1 AND %I = $2', child, field) USING wanted_tenant, wanted_user;
    END LOOP;
    SELECT string_agg(format('%I = %s', a.attname, CASE WHEN a.attnotnull THEN 'DEFAULT' ELSE 'NULL' END), ', ')
    INTO cleared FROM pg_attribute AS a
    WHERE a.attrelid = 'public.users'::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
      AND format_type(a.atttypid, NULL) IN ('text', 'text[]', 'jsonb', 'bytea') AND (NOT a.attnotnull OR a.atthasdef)
      AND a.attname NOT IN ('email', 'email_lc', 'name', 'role', 'status');
    EXECUTE format(
        'UPDATE public.users SET %s, name = ''[erased]'', email = $3, email_lc = $3, status = ''deactivated'',
            version = version + 1, updated_at = now() WHERE tenant_id = $1 AND id = $2 RETURNING version', cleared)
        INTO upgraded USING wanted_tenant, wanted_user, 'erased-' || wanted_user || '@erased.invalid';
    RETURN upgraded;
END
$$;
COMMENT ON FUNCTION anonymise_user IS 'Leaves of a user the id alone, by the catalogue, so that a column that comes later is not forgotten; the new version.';

CREATE FUNCTION open_erasures() RETURNS TABLE (kind text, key text, value jsonb)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT 'erasure', e.id::text, jsonb_build_object('tenant_id', e.erased_tenant, 'kind', e.kind)
    FROM erasures AS e WHERE e.finished_at IS NULL
$$;
COMMENT ON FUNCTION open_erasures IS 'The part of the feed''s snapshot that tells of erasures.';

CREATE FUNCTION platform_overdue_erasures(asked_before timestamptz, bound integer) RETURNS TABLE (owner uuid, id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT e.tenant_id, e.id FROM erasures AS e
    WHERE e.finished_at IS NULL AND e.asked_at < asked_before ORDER BY e.asked_at LIMIT bound
$$;
COMMENT ON FUNCTION platform_overdue_erasures IS 'Erasures of any tenant that some service has not answered for a while.';

CREATE FUNCTION platform_due_tenants(bound integer) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.tenant_id FROM tenants AS t
    WHERE t.status = 'deleted' AND t.delete_after < now() AND t.tenant_id <> '00000000-0000-7000-8000-000000000000'
      AND NOT EXISTS (SELECT FROM erasures AS e WHERE e.kind = 'tenant' AND e.erased_tenant = t.tenant_id)
    ORDER BY t.delete_after LIMIT bound
$$;
COMMENT ON FUNCTION platform_due_tenants IS 'Deleted tenants whose grace period is over.';

ALTER FUNCTION erase_audit_details OWNER TO tenancy_system;
ALTER FUNCTION erase_tenant_audit OWNER TO tenancy_system;
ALTER FUNCTION open_erasures OWNER TO tenancy_system;
ALTER FUNCTION platform_overdue_erasures OWNER TO tenancy_system;
ALTER FUNCTION platform_due_tenants OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION erase_audit_details, erase_tenant_audit, open_erasures, platform_overdue_erasures, platform_due_tenants
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erase_audit_details, erase_tenant_audit, open_erasures, platform_overdue_erasures, platform_due_tenants
    TO tenancy_app;
