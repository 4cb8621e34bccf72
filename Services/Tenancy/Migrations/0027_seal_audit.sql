-- The audit log as a chain: a job numbers the rows and chains their digests, so that a change shows and writing waits for nobody.
CREATE TABLE audit_unsealed (
    tenant_id uuid NOT NULL,
    audit_id  uuid NOT NULL,
    CONSTRAINT audit_unsealed_pkey PRIMARY KEY (tenant_id, audit_id)
);
COMMENT ON TABLE audit_unsealed IS 'Rows of the log that are not in the chain yet. Ids only, so without row-level security.';

CREATE TABLE audit_seals (
    tenant_id    uuid        NOT NULL,
    number       bigint      NOT NULL,
    first_entry  bigint      NOT NULL,
    last_entry   bigint      NOT NULL,
    newest_at    timestamptz NOT NULL,
    previous     bytea       NOT NULL,
    link         bytea       NOT NULL,
    proof        bytea       NOT NULL,
    sealed_at    timestamptz NOT NULL DEFAULT now(),
    pruned_at    timestamptz,
    CONSTRAINT audit_seals_pkey PRIMARY KEY (tenant_id, number),
    CONSTRAINT audit_seals_entries_check CHECK (first_entry <= last_entry)
);
COMMENT ON TABLE audit_seals IS 'A batch of the chain: from which entry to which, and the link at its end.';
COMMENT ON COLUMN audit_seals.newest_at IS 'When the newest of its rows was written.';
COMMENT ON COLUMN audit_seals.proof IS 'The range and its link, encrypted with a key that is not in this database: nobody makes one here.';
COMMENT ON COLUMN audit_seals.pruned_at IS 'When its rows were removed, being as old as the tenant keeps them; the seal stays in the chain.';
ALTER TABLE audit_seals ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_seals FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_seals_tenant ON audit_seals USING (tenant_id = current_setting('app.tenant_id')::uuid);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_seals FROM tenancy_app;

CREATE TABLE audit_chain (
    tenant_id      uuid   NOT NULL,
    entry          bigint NOT NULL,
    audit_id       uuid   NOT NULL,
    details_digest bytea  NOT NULL,
    CONSTRAINT audit_chain_pkey PRIMARY KEY (tenant_id, entry),
    CONSTRAINT audit_chain_audit_key UNIQUE (tenant_id, audit_id)
);
COMMENT ON TABLE audit_chain IS 'The rows of the log by their numbers, with the salted digest of what each says: that stays when the words are erased.';
ALTER TABLE audit_chain ENABLE ROW LEVEL SECURITY;
ALTER TABLE audit_chain FORCE ROW LEVEL SECURITY;
CREATE POLICY audit_chain_tenant ON audit_chain USING (tenant_id = current_setting('app.tenant_id')::uuid);
REVOKE UPDATE, DELETE, TRUNCATE ON audit_chain FROM tenancy_app;

ALTER TABLE audit_details ALTER COLUMN salt SET DEFAULT uuid_send(gen_random_uuid());

CREATE FUNCTION audit_row_digest(r audit_log) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT sha256(convert_to(jsonb_build_array(
        r.tenant_id, r.id, (extract(epoch FROM r.occurred_at) * 1000000)::bigint, r.actor_kind, r.actor_id,
        r.actor_service, r.impersonator, r.action, r.subject, r.request_id)::text, 'UTF8'))
$$;
COMMENT ON FUNCTION audit_row_digest IS 'What a row of the log says, in 32 bytes.';

CREATE FUNCTION audit_details_digest(d audit_details) RETURNS bytea
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT sha256(coalesce(d.salt, ''::bytea) || convert_to(jsonb_build_array(d.address, d.before, d.after)::text, 'UTF8'))
$$;
COMMENT ON FUNCTION audit_details_digest IS 'What the details of a row say, salted, in 32 bytes.';

CREATE FUNCTION note_unsealed_audit() RETURNS trigger
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    INSERT INTO audit_unsealed (tenant_id, audit_id) VALUES (NEW.tenant_id, NEW.id);
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION note_unsealed_audit IS 'Tells the sealing job of a row; ids are new, so writers do not wait for one another.';
CREATE TRIGGER audit_log_unsealed AFTER INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION note_unsealed_audit();

-- What was written before there was a chain.
SET LOCAL ROLE tenancy_system;
INSERT INTO audit_unsealed (tenant_id, audit_id) SELECT tenant_id, id FROM audit_log;
RESET ROLE;

CREATE FUNCTION prune_audit(kept_since timestamptz) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    owner   uuid := current_setting('app.tenant_id')::uuid;
    first   bigint;
    last    bigint;
    removed bigint;
    total   bigint := 0;
    batch   bigint;
BEGIN
    -- From the beginning on, without a gap: the first batch with a row that is kept ends it.
    FOR batch, first, last IN
        SELECT s.number, s.first_entry, s.last_entry FROM audit_seals AS s
        WHERE s.tenant_id = owner AND s.pruned_at IS NULL AND s.newest_at < kept_since
          AND NOT EXISTS (SELECT FROM audit_seals AS e WHERE e.tenant_id = owner AND e.number < s.number
                          AND e.pruned_at IS NULL AND e.newest_at >= kept_since)
        ORDER BY s.number LIMIT 100
    LOOP
        DELETE FROM audit_details AS d USING audit_chain AS c
            WHERE c.tenant_id = owner AND c.entry BETWEEN first AND last AND d.tenant_id = owner AND d.audit_id = c.audit_id;
        DELETE FROM audit_log AS l USING audit_chain AS c
            WHERE c.tenant_id = owner AND c.entry BETWEEN first AND last AND l.tenant_id = owner AND l.id = c.audit_id;
        GET DIAGNOSTICS removed = ROW_COUNT;
        DELETE FROM audit_chain AS c WHERE c.tenant_id = owner AND c.entry BETWEEN first AND last;
        UPDATE audit_seals AS s SET pruned_at = now() WHERE s.tenant_id = owner AND s.number = batch;
        total := total + removed;
    END LOOP;
    RETURN total;
END
$$;
COMMENT ON FUNCTION prune_audit IS 'Removes sealed rows of the set tenant that are older than it keeps them, batch by batch; their seals stay.';

CREATE FUNCTION platform_tenants_with_audit(sealed_before timestamptz) RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT DISTINCT s.tenant_id FROM audit_seals AS s WHERE s.pruned_at IS NULL AND s.newest_at < sealed_before
$$;
COMMENT ON FUNCTION platform_tenants_with_audit IS 'The tenants with sealed rows from before an instant.';

CREATE OR REPLACE FUNCTION erase_tenant_audit(erased uuid) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
DECLARE
    removed bigint;
BEGIN
    IF NOT EXISTS (SELECT FROM erasures WHERE kind = 'tenant' AND erased_tenant = erased AND finished_at IS NULL) THEN
        RAISE EXCEPTION 'the tenant is not to be erased';
    END IF;
    DELETE FROM audit_chain WHERE tenant_id = erased;
    DELETE FROM audit_seals WHERE tenant_id = erased;
    DELETE FROM audit_unsealed WHERE tenant_id = erased;
    DELETE FROM audit_details WHERE tenant_id = erased;
    DELETE FROM audit_log WHERE tenant_id = erased;
    GET DIAGNOSTICS removed = ROW_COUNT;
    RETURN removed;
END
$$;

CREATE FUNCTION replace_audit_proof(seal text, former bytea, latter bytea) RETURNS boolean
    LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    WITH replaced AS (
        UPDATE audit_seals AS s SET proof = latter
        WHERE s.tenant_id = current_setting('app.tenant_id')::uuid AND s.number = seal::bigint AND s.proof = former
        RETURNING 1
    )
    SELECT EXISTS (SELECT FROM replaced)
$$;
COMMENT ON FUNCTION replace_audit_proof IS 'Takes a seal''s proof under another key; what it says is held against the chain by every check.';

CREATE OR REPLACE FUNCTION platform_sealed_rows(
    header bytea, after_place text, after_tenant uuid, after_row text, row_limit integer
) RETURNS TABLE (place text, tenant_id uuid, row_id text, sealed bytea)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT all_of_them.place, all_of_them.tenant_id, all_of_them.row_id, all_of_them.sealed FROM (
        SELECT 'second_factors' AS place, f.tenant_id, f.user_id::text AS row_id, f.secret AS sealed
            FROM second_factors AS f
        UNION ALL
        SELECT 'single_sign_on', o.tenant_id, o.tenant_id::text, o.client_secret FROM single_sign_on AS o
            WHERE o.client_secret IS NOT NULL
        UNION ALL
        SELECT 'erasure_targets', e.tenant_id, e.erasure_id::text, e.sealed FROM erasure_targets AS e
        UNION ALL
        SELECT 'audit_seals', s.tenant_id, s.number::text, s.proof FROM audit_seals AS s
        UNION ALL
        SELECT 'signing_keys', '00000000-0000-7000-8000-000000000000'::uuid, k.id, k.private_key FROM signing_keys AS k
    ) AS all_of_them
    WHERE substring(all_of_them.sealed FOR length(header)) <> header
      AND (all_of_them.place, all_of_them.tenant_id, all_of_them.row_id) > (after_place, after_tenant, after_row)
    ORDER BY 1, 2, 3 LIMIT row_limit
$$;

ALTER FUNCTION replace_audit_proof OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION replace_audit_proof FROM PUBLIC;
GRANT EXECUTE ON FUNCTION replace_audit_proof TO tenancy_app;
ALTER FUNCTION prune_audit OWNER TO tenancy_system;
ALTER FUNCTION platform_tenants_with_audit OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION prune_audit, platform_tenants_with_audit FROM PUBLIC;
GRANT EXECUTE ON FUNCTION prune_audit, platform_tenants_with_audit TO tenancy_app;
