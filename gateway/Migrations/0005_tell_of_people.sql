-- What hooks say of a person is given to them by the same words by which it is erased.
CREATE FUNCTION inbox_names(target text, headers bytea, body bytea, pattern text) RETURNS boolean
LANGUAGE sql IMMUTABLE SET search_path = public, pg_temp AS $$
    SELECT EXISTS (
        SELECT FROM unnest(ARRAY[target, encode(headers, 'escape'), encode(body, 'escape')]) AS said (content)
        WHERE content ~* pattern
            -- Forms write a space and what stands around digits in other ways.
            OR regexp_replace(content, '\+|%(20|28|29|2b|2d|2e|2f)', ' ', 'gi') ~* pattern)
$$;
COMMENT ON FUNCTION inbox_names IS 'Whether what a hook says names a person, in whatever form they are written.';

CREATE OR REPLACE FUNCTION inbox_erase_person(wanted_tenant uuid, pattern text) RETURNS bigint
LANGUAGE sql SET search_path = public, pg_temp AS $$
    WITH erased AS (
        DELETE FROM inbox_payloads AS payload
        WHERE payload.tenant_id = wanted_tenant
            AND inbox_names(payload.target, payload.headers, payload.body, pattern)
        RETURNING payload.hook_id
    )
    SELECT count(*) FROM erased
$$;
