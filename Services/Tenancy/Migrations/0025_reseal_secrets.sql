-- Secrets of all tenants are sealed anew when the key changes; the job finds them by the key that sealed them.
CREATE FUNCTION platform_sealed_rows(
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
        SELECT 'signing_keys', '00000000-0000-7000-8000-000000000000'::uuid, k.id, k.private_key FROM signing_keys AS k
    ) AS all_of_them
    WHERE substring(all_of_them.sealed FOR length(header)) <> header
      AND (all_of_them.place, all_of_them.tenant_id, all_of_them.row_id) > (after_place, after_tenant, after_row)
    ORDER BY 1, 2, 3 LIMIT row_limit
$$;
COMMENT ON FUNCTION platform_sealed_rows IS 'Sealed values that another key than the current one has sealed; for the job that seals anew.';
ALTER FUNCTION platform_sealed_rows OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_sealed_rows FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_sealed_rows TO tenancy_app;
GRANT SELECT ON second_factors, single_sign_on, erasure_targets TO tenancy_system;
