-- Erasing and exporting by what the catalogue says, so that a table that comes later is not forgotten.
CREATE FUNCTION erase_tenant_rows(erased uuid, kept text[], bound integer)
    RETURNS TABLE (place text, row_count bigint)
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    -- What refers to other rows goes first, and each table is emptied before the next is begun.
    FOR place IN
        WITH RECURSIVE tenants_tables (id) AS (
            SELECT c.oid FROM pg_class AS c
            JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'tenant_id' AND NOT a.attisdropped
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
        ), depths (id, depth) AS (
            SELECT id, 0 FROM tenants_tables
            UNION
            SELECT k.conrelid, d.depth + 1 FROM depths AS d
            JOIN pg_constraint AS k ON k.confrelid = d.id AND k.contype = 'f' AND k.conrelid <> k.confrelid
            JOIN tenants_tables AS t ON t.id = k.conrelid
            WHERE d.depth < 20
        )
        SELECT c.relname FROM depths AS d JOIN pg_class AS c ON c.oid = d.id
        WHERE c.relname <> ALL (kept) AND has_table_privilege(c.oid, 'DELETE') GROUP BY c.relname ORDER BY max(d.depth) DESC, c.relname
    LOOP
        EXECUTE format(
            'DELETE FROM public.%I WHERE ctid = ANY (ARRAY(SELECT ctid FROM public.%I WHERE tenant_id = $1 LIMIT $2))',
            place, place) USING erased, bound;
        GET DIAGNOSTICS row_count = ROW_COUNT;
        IF row_count > 0 THEN RETURN NEXT; END IF;
        EXIT WHEN row_count >= bound;
    END LOOP;
END
$$;
COMMENT ON FUNCTION erase_tenant_rows IS 'Removes rows of a tenant from all tables that the catalogue knows and the caller may empty, but some; a bounded number at a time, and none is told once none is left.';

CREATE FUNCTION erasable_columns()
    RETURNS TABLE (place text, field text, kind text, is_key boolean, is_unique boolean)
    LANGUAGE sql STABLE SET search_path = pg_catalog, public AS $$
    SELECT c.relname, a.attname, format_type(a.atttypid, NULL), a.attgenerated <> '' OR EXISTS (
            SELECT FROM pg_constraint AS k
            WHERE k.conrelid = c.oid AND k.contype IN ('p', 'f') AND a.attnum = ANY (k.conkey))
            OR NOT has_table_privilege(c.oid, 'UPDATE'),
        EXISTS (SELECT FROM pg_index AS i WHERE i.indrelid = c.oid AND i.indisunique AND a.attnum = ANY (i.indkey))
    FROM pg_class AS c
    JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND EXISTS (SELECT FROM pg_attribute AS t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id' AND NOT t.attisdropped)
      AND format_type(a.atttypid, NULL) IN ('text', 'character varying', 'text[]', 'jsonb', 'json', 'bytea', 'tsvector')
    ORDER BY c.relname, a.attnum
$$;
COMMENT ON FUNCTION erasable_columns IS 'The columns of tenants'' tables that can hold what somebody wrote.';

CREATE FUNCTION find_person(searched uuid, pattern text, kept text[])
    RETURNS TABLE (place text, field text, row_count bigint)
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    content text;
    kind    text;
BEGIN
    FOR place, field, kind IN
        SELECT c.place, c.field, c.kind FROM erasable_columns() AS c WHERE c.place <> ALL (kept)
    LOOP
        content := CASE kind
            WHEN 'text[]' THEN format('array_to_string(%I, '' '')', field)
            WHEN 'bytea' THEN format('encode(%I, ''escape'')', field)
            ELSE format('%I::text', field) END;
        EXECUTE format('SELECT count(*) FROM public.%I WHERE tenant_id = $1 AND %s ~* $2', place, content)
            INTO row_count USING searched, pattern;
        IF row_count > 0 THEN RETURN NEXT; END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION find_person IS 'Where a text still occurs among a tenant''s rows, by the catalogue.';

CREATE FUNCTION redact_document(document jsonb, pattern text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, public AS $$
BEGIN
    RETURN CASE jsonb_typeof(document)
        WHEN 'object' THEN coalesce((
            SELECT jsonb_object_agg(regexp_replace(key, pattern, '[erased]', 'gi'), redact_document(value, pattern))
            FROM jsonb_each(document)), '{}')
        WHEN 'array' THEN coalesce((
            SELECT jsonb_agg(redact_document(value, pattern) ORDER BY position)
            FROM jsonb_array_elements(document) WITH ORDINALITY AS e (value, position)), '[]')
        WHEN 'string' THEN to_jsonb(regexp_replace(document #>> '{}', pattern, '[erased]', 'gi'))
        WHEN 'number' THEN CASE WHEN document::text ~* pattern THEN to_jsonb('[erased]'::text) ELSE document END
        ELSE document END;
END
$$;
COMMENT ON FUNCTION redact_document IS 'A document without what the pattern finds, in its keys and its values.';

CREATE FUNCTION redact_person(erased uuid, pattern text, kept text[])
    RETURNS TABLE (place text, field text, row_count bigint)
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    kind    text;
    is_unique boolean;
    changed text;
    content text;
BEGIN
    FOR place, field, kind, is_unique IN
        SELECT c.place, c.field, c.kind, c.is_unique FROM erasable_columns() AS c
        WHERE c.place <> ALL (kept) AND NOT c.is_key AND c.kind NOT IN ('bytea', 'tsvector')
    LOOP
        content := CASE kind WHEN 'text[]' THEN format('array_to_string(%I, '' '')', field)
            ELSE format('%I::text', field) END;
        changed := CASE
            WHEN kind = 'text[]' THEN format(
                'ARRAY(SELECT regexp_replace(part, $2, ''[erased]'', ''gi'') FROM unnest(%I) AS part)', field)
            WHEN kind = 'jsonb' THEN format('redact_document(%I, $2)', field)
            WHEN kind = 'json' THEN format('redact_document(%I::jsonb, $2)::json', field)
            -- Two rows that must differ differ afterwards too.
            WHEN is_unique THEN format(
                'regexp_replace(%I, $2, ''[erased '' || gen_random_uuid() || '']'', ''gi'')', field)
            ELSE format('regexp_replace(%I, $2, ''[erased]'', ''gi'')', field) END;
        EXECUTE format(
            'UPDATE public.%I SET %I = %s WHERE tenant_id = $1 AND %s ~* $2', place, field, changed, content)
            USING erased, pattern;
        GET DIAGNOSTICS row_count = ROW_COUNT;
        IF row_count > 0 THEN RETURN NEXT; END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION redact_person IS 'Puts [erased] for what the pattern finds among a tenant''s rows, keys apart; what rows of their own say is removed before.';

CREATE FUNCTION remove_person_payloads(erased uuid, pattern text) RETURNS TABLE (place text, row_count bigint)
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
DECLARE
    statement text;
BEGIN
    FOR place, statement IN VALUES
        ('idempotency_keys', 'DELETE FROM public.idempotency_keys WHERE tenant_id = $1 AND status IS NOT NULL
            AND (encode(body, ''escape'') ~* $2 OR headers::text ~* $2)'),
        ('outbox_payloads', 'DELETE FROM public.outbox_payloads WHERE tenant_id = $1 AND data::text ~* $2'),
        ('job_payloads', 'DELETE FROM public.jobs AS job USING public.job_payloads AS said
            WHERE job.tenant_id = $1 AND said.tenant_id = $1 AND said.job_id = job.id AND job.state <> ''running''
            AND said.payload::text ~* $2')
    LOOP
        CONTINUE WHEN to_regclass('public.' || place) IS NULL;
        EXECUTE statement USING erased, pattern;
        GET DIAGNOSTICS row_count = ROW_COUNT;
        IF row_count > 0 THEN RETURN NEXT; END IF;
    END LOOP;
END
$$;
COMMENT ON FUNCTION remove_person_payloads IS 'Removes kept answers, events'' payloads and waiting jobs of a tenant that name somebody.';

CREATE FUNCTION open_export(opened refcursor, wanted text, exported uuid, omitted text[], pattern text) RETURNS refcursor
    LANGUAGE plpgsql SET search_path = pg_catalog, public AS $$
BEGIN
    OPEN opened FOR EXECUTE format(
        'SELECT (to_jsonb(r) - $2)::text FROM public.%I AS r
            WHERE r.tenant_id = $1 AND ($3 IS NULL OR (to_jsonb(r) - $2)::text ~* $3)', wanted)
        USING exported, omitted, pattern;
    RETURN opened;
END
$$;
COMMENT ON FUNCTION open_export IS 'A cursor over the rows of a tenant in a table, each as a document without some columns; of all rows, or of those in which a pattern is found.';
