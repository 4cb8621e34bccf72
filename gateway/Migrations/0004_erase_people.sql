-- Finds people in what hooks say as every service finds them in its rows: by one pattern, in whatever form they are written.
CREATE FUNCTION inbox_erase_person(wanted_tenant uuid, pattern text) RETURNS bigint
LANGUAGE sql SET search_path = public, pg_temp AS $$
    WITH erased AS (
        DELETE FROM inbox_payloads AS payload
        WHERE payload.tenant_id = wanted_tenant AND EXISTS (
            SELECT FROM unnest(ARRAY[
                payload.target, encode(payload.headers, 'escape'), encode(payload.body, 'escape')]) AS said (content)
            WHERE content ~* pattern
                -- Forms write a space and what stands around digits in other ways.
                OR regexp_replace(content, '\+|%(20|28|29|2b|2d|2e|2f)', ' ', 'gi') ~* pattern)
        RETURNING payload.hook_id
    )
    SELECT count(*) FROM erased
$$;
COMMENT ON FUNCTION inbox_erase_person IS 'Removes what hooks of a tenant say wherever a person is named; returns how many. A hook without payload is not delivered. The wall holds: whoever calls it has set the tenant.';
