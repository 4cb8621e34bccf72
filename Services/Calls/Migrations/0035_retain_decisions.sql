-- How long decisions and proofs of consent are kept is a setting of each tenant, so tenants are looked through one by one.
CREATE FUNCTION tenants_with_decisions() RETURNS SETOF uuid
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    -- One step in an index a tenant, however many rows there are.
    WITH RECURSIVE decided (id) AS (
        (SELECT tenant_id FROM contact_decisions ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT d.tenant_id FROM contact_decisions AS d WHERE d.tenant_id > decided.id ORDER BY d.tenant_id LIMIT 1)
        FROM decided WHERE decided.id IS NOT NULL
    ), agreed (id) AS (
        (SELECT tenant_id FROM consent_proofs ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT p.tenant_id FROM consent_proofs AS p WHERE p.tenant_id > agreed.id ORDER BY p.tenant_id LIMIT 1)
        FROM agreed WHERE agreed.id IS NOT NULL
    ), asked (id) AS (
        (SELECT tenant_id FROM consent_form_attempts ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT (SELECT a.tenant_id FROM consent_form_attempts AS a WHERE a.tenant_id > asked.id ORDER BY a.tenant_id LIMIT 1)
        FROM asked WHERE asked.id IS NOT NULL
    )
    SELECT id FROM decided WHERE id IS NOT NULL
    UNION SELECT id FROM agreed WHERE id IS NOT NULL
    UNION SELECT id FROM asked WHERE id IS NOT NULL
$$;
COMMENT ON FUNCTION tenants_with_decisions IS 'The tenants that have decisions, proofs of consent, or counts of the public form.';
ALTER FUNCTION tenants_with_decisions OWNER TO calls_system;
REVOKE ALL ON FUNCTION tenants_with_decisions FROM PUBLIC;
GRANT EXECUTE ON FUNCTION tenants_with_decisions TO calls_app;
CREATE INDEX consents_ended_idx ON consents (tenant_id, (least(revoked_at, expires_at))) WHERE least(revoked_at, expires_at) IS NOT NULL;
