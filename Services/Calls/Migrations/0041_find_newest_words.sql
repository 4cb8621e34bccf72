-- Words that are said often are found from the newest call back. Each transcript knows when its call began, and its words are
-- indexed together with the shelves that it lies on: its tenant's, that of a block of 32 days and that of a UTC day.
ALTER TABLE transcripts ADD COLUMN started_at timestamptz;
COMMENT ON COLUMN transcripts.started_at IS 'The call''s, kept by triggers.';

CREATE FUNCTION keep_transcript_start() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    SELECT started_at INTO NEW.started_at FROM calls WHERE tenant_id = NEW.tenant_id AND id = NEW.call_id;
    RETURN NEW;
END
$$;
COMMENT ON FUNCTION keep_transcript_start IS 'A new transcript begins with its call.';
CREATE TRIGGER transcripts_started BEFORE INSERT ON transcripts FOR EACH ROW EXECUTE FUNCTION keep_transcript_start();

CREATE FUNCTION move_transcripts() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    UPDATE transcripts SET started_at = NEW.started_at WHERE tenant_id = NEW.tenant_id AND call_id = NEW.id;
    RETURN NULL;
END
$$;
COMMENT ON FUNCTION move_transcripts IS 'Transcripts follow a call whose beginning is told anew.';
CREATE TRIGGER calls_moved AFTER UPDATE OF started_at ON calls FOR EACH ROW WHEN (OLD.started_at <> NEW.started_at)
    EXECUTE FUNCTION move_transcripts();

-- What was there before, of all tenants.
SET LOCAL ROLE calls_system;
UPDATE transcripts AS t SET started_at = c.started_at FROM calls AS c WHERE c.tenant_id = t.tenant_id AND c.id = t.call_id;
RESET ROLE;

CREATE FUNCTION transcript_shelf(tenant uuid, level bigint, number bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$ SELECT pg_catalog.uuid_hash_extended(tenant, level << 32 | number) $$;
COMMENT ON FUNCTION transcript_shelf IS 'Level 0: all of the tenant, 1: 32 days, 2: a UTC day, numbered from 1970; two shelves may share a number.';

CREATE FUNCTION transcript_shelves(tenant uuid, started_at timestamptz) RETURNS bigint[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
DECLARE
    day bigint := floor(extract(epoch FROM started_at) / 86400);
BEGIN
    RETURN ARRAY[transcript_shelf(tenant, 0, 0), transcript_shelf(tenant, 1, day >> 5), transcript_shelf(tenant, 2, day)];
END
$$;
COMMENT ON FUNCTION transcript_shelves IS 'The shelves that a transcript lies on.';

-- Without a pending list: every search would look through it.
CREATE INDEX transcripts_shelves_idx ON transcripts USING gin (transcript_shelves(tenant_id, started_at), words)
    WITH (fastupdate = off) WHERE is_current;
DROP INDEX transcripts_words_idx;

CREATE OR REPLACE FUNCTION search_transcripts(query tsquery, bound integer) RETURNS TABLE (call_id uuid)
    LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
    SELECT call_id FROM transcripts
    WHERE tenant_id = current_setting('app.tenant_id')::uuid AND is_current AND words @@ query
        AND transcript_shelves(tenant_id, started_at)
            && ARRAY[transcript_shelf(current_setting('app.tenant_id')::uuid, 0, 0)]
    LIMIT bound
$$;

CREATE FUNCTION transcript_cover(tenant uuid, first_day bigint, last_day bigint) RETURNS bigint[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE SET search_path = pg_catalog, public AS $$
    SELECT array_agg(shelf) FROM (
        SELECT b << 5 >= first_day AND (b << 5) + 31 <= last_day AS is_whole, b
        FROM generate_series(first_day >> 5, last_day >> 5) AS b
    ) AS blocks CROSS JOIN LATERAL (
        SELECT transcript_shelf(tenant, 1, b) AS shelf WHERE is_whole
        UNION ALL
        SELECT transcript_shelf(tenant, 2, d)
        FROM generate_series(greatest(first_day, b << 5), least(last_day, (b << 5) + 31)) AS d WHERE NOT is_whole
    ) AS shelves
$$;
COMMENT ON FUNCTION transcript_cover IS 'The fewest shelves that hold what was said on some days, both included.';

CREATE FUNCTION search_newest_transcripts(
    query tsquery, wanted integer, bound integer, at_once integer, since timestamptz, until timestamptz,
    OUT call_ids uuid[], OUT is_whole boolean, OUT estimate bigint
) LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, public SET enable_seqscan = off AS $$
DECLARE
    tenant CONSTANT uuid := current_setting('app.tenant_id')::uuid;
    zero CONSTANT uuid := '00000000-0000-0000-0000-000000000000';
    newest CONSTANT timestamptz := (SELECT c.started_at FROM calls AS c
        WHERE c.tenant_id = tenant AND c.deleted_at IS NULL AND NOT c.is_test ORDER BY c.started_at DESC, c.id DESC LIMIT 1);
    oldest CONSTANT timestamptz := (SELECT c.started_at FROM calls AS c
        WHERE c.tenant_id = tenant AND c.deleted_at IS NULL AND NOT c.is_test ORDER BY c.started_at, c.id LIMIT 1);
    first_day CONSTANT bigint := floor(extract(epoch FROM greatest(oldest, since)) / 86400);
    last_day CONSTANT bigint := floor(extract(epoch FROM least(newest, until)) / 86400);
    counted CONSTANT bigint := coalesce((SELECT sum(f.calls) FROM call_day_figures AS f
        WHERE f.tenant_id = tenant AND f.kind = 'all' AND f.key = zero
          AND f.bucket_at BETWEEN to_timestamp(first_day * 86400) AND to_timestamp(last_day * 86400)), 0);
    -- A tenant with few calls is searched at once, another from its newest day on.
    span bigint := CASE WHEN counted > at_once THEN 1 ELSE last_day - first_day + 1 END;
    upper_day bigint := last_day;
    lower_day bigint;
    found uuid[];
    near bigint;
BEGIN
    call_ids := '{}';
    is_whole := true;
    -- Nothing at all when there is no call: then no day is known.
    WHILE upper_day >= first_day AND cardinality(call_ids) < wanted LOOP
        lower_day := greatest(first_day, upper_day - span + 1);
        found := ARRAY(
            SELECT hits.call_id FROM (
                SELECT t.call_id, t.started_at FROM transcripts AS t
                WHERE t.tenant_id = tenant AND t.is_current AND t.words @@ query
                  AND transcript_shelves(t.tenant_id, t.started_at) && transcript_cover(tenant, lower_day, upper_day)
                LIMIT bound + 1
            ) AS hits ORDER BY hits.started_at DESC, hits.call_id DESC);
        IF cardinality(found) > bound THEN
            -- Too many to know the newest of them.
            EXIT WHEN lower_day = upper_day;
            span := greatest(1, (upper_day - lower_day + 1) / 8);
            CONTINUE;
        END IF;
        call_ids := call_ids || found;
        upper_day := lower_day - 1;
        span := CASE cardinality(call_ids)
            WHEN 0 THEN 8 * span
            ELSE least(8 * span, 1 + 2 * (wanted - cardinality(call_ids)) * (last_day - upper_day) / cardinality(call_ids))
        END;
    END LOOP;
    estimate := cardinality(call_ids);
    IF first_day IS NULL OR upper_day < first_day THEN RETURN; END IF;
    is_whole := false;
    -- As many in the days that were not looked at, for each call, as in those that were.
    near := (SELECT sum(f.calls) FROM call_day_figures AS f WHERE f.tenant_id = tenant AND f.kind = 'all' AND f.key = zero
        AND f.bucket_at BETWEEN to_timestamp((upper_day + 1) * 86400) AND to_timestamp(last_day * 86400));
    estimate := CASE WHEN cardinality(found) > bound THEN greatest(counted, bound + 1)
        ELSE greatest(estimate + 1, estimate * counted / greatest(near, 1)) END;
END
$$;
COMMENT ON FUNCTION search_newest_transcripts IS 'The newest calls of the set tenant, from those of the last day, whose current transcripts have the words: `wanted` or more of them if there are, whether these are all between two instants, and about how many there are.';
ALTER FUNCTION search_newest_transcripts OWNER TO calls_system;
