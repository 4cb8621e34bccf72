-- Whoever has forgotten at which host they sign in is written to with all of their accounts.
CREATE INDEX users_address_idx ON users (email_lc) WHERE status = 'active';

CREATE FUNCTION platform_tenants_of_address(wanted text) RETURNS TABLE (name text, subdomain text, language text)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS $$
    SELECT t.name, t.subdomain, coalesce(u.language, t.language)
    FROM users AS u JOIN tenants AS t ON t.tenant_id = u.tenant_id
    WHERE u.email_lc = wanted AND u.status = 'active' AND u.deleted_at IS NULL AND t.status <> 'deleted'
      AND t.tenant_id <> '00000000-0000-7000-8000-000000000000'
    ORDER BY u.last_sign_in_at DESC NULLS LAST, t.name, t.tenant_id LIMIT 50
$$;
COMMENT ON FUNCTION platform_tenants_of_address IS 'The tenants in which an address can sign in, the one that was used last first; asked by the job that writes to the address.';
ALTER FUNCTION platform_tenants_of_address OWNER TO tenancy_system;
REVOKE ALL ON FUNCTION platform_tenants_of_address FROM PUBLIC;
GRANT EXECUTE ON FUNCTION platform_tenants_of_address TO tenancy_app;
