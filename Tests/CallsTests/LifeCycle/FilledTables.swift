import DatabaseTestSupport
import Models
import Postgres

@testable import Calls

/// A row in every table of a tenant, made by the catalogue, so that a table that comes later is filled too.
struct FilledTables: Sendable {
    let tables: TestDatabase
    let tenant: TenantID
    /// The call that rows hang on.
    let call: CallID
    /// What is written wherever somebody's words can stand.
    let planted: String

    /// What a column must have though its type alone does not tell: SQL by `table.column`.
    private static let special = """
        consents.revoked_at NULL
        consents.revoked_by NULL
        jobs.lease_id NULL
        jobs.leased_until_at NULL
        jobs.traceparent NULL
        jobs.error_code NULL
        jobs.subject_id :call
        idempotency_keys.status 200
        lines.valid_from NULL
        lines.valid_to NULL
        call_report_schedules.cadence 'daily'
        call_report_schedules.weekday NULL
        call_report_schedules.monthday NULL
        call_remarks.kind 'comment'
        call_scorecards.score 1
        agent_busy_times.to_at now() + interval '1 h'
        call_playlist_items.end_seconds 9
        call_shares.end_seconds 9
        recording_redactions.end_seconds 9
        recording_uploads.bytes 9
        call_legal_holds.released_at now()
        outbox_events.subject 'call/' || :call
        outbox_events.traceparent NULL
        outbox_deliveries.delivered_at now()
        hook_payloads.body convert_to(:planted, 'UTF8')
        idempotency_keys.body convert_to(:planted, 'UTF8')
        call_import_rows.document jsonb_build_object('from', :planted)
        call_bulk_items.call_id :call
        """

    /// Fills what is empty; the tables that stayed empty, with why.
    func fill() async throws -> [String] {
        let special = Self.special.split(separator: "\n").map { line in
            let parts = line.split(separator: " ", maxSplits: 1)
            let value = parts[1].replacing(":call", with: "'\(call)'::uuid").replacing(":planted", with: "'\(planted)'")
            return "('\(parts[0])', '\(value.replacing("'", with: "''"))')"
        }
        let script = Self.script.replacing(":special", with: special.joined(separator: ", "))
            .replacing(":tenant", with: "'\(tenant)'").replacing(":planted", with: "'\(planted)'")
            .replacing(":call", with: "'\(call)'")
        return try await PostgresSession.with(url: tables.superuserURL, applicationName: "tests") { session in
            try session.run(script)
            return try session.rows("SELECT place || ': ' || fault FROM faults ORDER BY place").compactMap { $0[0] }
        }
    }

    private static let script = """
        CREATE TEMPORARY TABLE special (place text, value text);
        INSERT INTO special VALUES :special;
        CREATE TEMPORARY TABLE faults (place text PRIMARY KEY, fault text);
        DO $do$
        DECLARE
            named record; field record; names text; given text; value text; is_there boolean;
        BEGIN
            -- What is referred to is there a round later at the latest.
            FOR round IN 1..8 LOOP
                FOR named IN SELECT c.oid, c.relname FROM pg_class AS c
                    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND EXISTS (
                        SELECT FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id')
                LOOP
                    EXECUTE format('SELECT EXISTS (SELECT FROM public.%I WHERE tenant_id = %L)', named.relname, :tenant)
                    INTO is_there;
                    CONTINUE WHEN is_there;
                    names := ''; given := '';
                    FOR field IN SELECT DISTINCT ON (a.attnum) a.attname, format_type(a.atttypid, NULL) AS kind, target.relname AS target,
                            other.attname AS other, substring(pg_get_constraintdef(word.oid) FROM 'ARRAY\\[''([a-z_]+)''') AS word,
                            EXISTS (SELECT FROM pg_constraint AS p WHERE p.conrelid = a.attrelid AND p.contype = 'p'
                                AND a.attnum = ANY (p.conkey)) AS is_key
                        FROM pg_attribute AS a
                        LEFT JOIN pg_constraint AS k ON k.conrelid = a.attrelid AND k.contype = 'f' AND a.attnum = ANY (k.conkey)
                            AND a.attname <> 'tenant_id'
                        LEFT JOIN pg_class AS target ON target.oid = k.confrelid
                        LEFT JOIN pg_attribute AS other ON other.attrelid = k.confrelid
                            AND other.attnum = k.confkey[array_position(k.conkey, a.attnum)]
                        LEFT JOIN pg_constraint AS word ON word.conrelid = a.attrelid AND word.contype = 'c'
                            AND word.conkey = ARRAY[a.attnum] AND pg_get_constraintdef(word.oid) LIKE '%ANY (ARRAY[%'
                        WHERE a.attrelid = named.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                        ORDER BY a.attnum, target.relname = 'calls' DESC
                    LOOP
                        value := (SELECT s.value FROM special AS s WHERE s.place = named.relname || '.' || field.attname);
                        value := coalesce(value, CASE
                            WHEN field.attname = 'tenant_id' THEN quote_literal(:tenant)
                            WHEN field.target = 'calls' THEN quote_literal(:call)
                            WHEN field.target IS NOT NULL THEN format(
                                '(SELECT %I FROM public.%I WHERE tenant_id = %L LIMIT 1)', field.other, field.target, :tenant)
                            WHEN field.attname LIKE '%call_id' OR field.attname LIKE '%by_call' THEN quote_literal(:call)
                            WHEN field.word IS NOT NULL THEN quote_literal(field.word)
                            WHEN field.kind = 'uuid' THEN 'gen_random_uuid()'
                            WHEN field.kind = 'text' AND field.is_key THEN quote_literal('word')
                            WHEN field.kind = 'text' THEN quote_literal(:planted)
                            WHEN field.kind = 'text[]' THEN format('ARRAY[%L]', :planted)
                            WHEN field.kind = 'uuid[]' THEN 'ARRAY[gen_random_uuid()]'
                            WHEN field.kind LIKE '%[]' THEN quote_literal('{}')
                            WHEN field.kind IN ('jsonb', 'json') THEN format('jsonb_build_object(''note'', %L)', :planted)
                            WHEN field.kind = 'bytea' THEN 'sha256(gen_random_uuid()::text::bytea)'
                            WHEN field.kind = 'boolean' THEN 'false'
                            WHEN field.kind LIKE 'timestamp%' THEN 'now()'
                            WHEN field.kind = 'date' THEN 'current_date'
                            WHEN field.kind = 'tsvector' THEN 'array_to_tsvector(ARRAY[''word''])'
                            ELSE '1' END);
                        names := names || ', ' || quote_ident(field.attname);
                        given := given || ', ' || value;
                    END LOOP;
                    BEGIN
                        EXECUTE format('INSERT INTO public.%I (%s) VALUES (%s)', named.relname, substr(names, 3), substr(given, 3));
                        DELETE FROM faults WHERE place = named.relname;
                    EXCEPTION WHEN OTHERS THEN
                        INSERT INTO faults VALUES (named.relname, SQLERRM) ON CONFLICT (place) DO UPDATE SET fault = SQLERRM;
                    END;
                END LOOP;
            END LOOP;
        END $do$;
        """

    /// Where something still stands, as `table.column`: any column, as text, of any row of the tenant.
    func places(of texts: [String]) async throws -> [String] {
        let condition = texts.map { "content ILIKE '%\($0)%'" }.joined(separator: " OR ")
        let script = """
            CREATE TEMPORARY TABLE found (place text);
            DO $do$
            DECLARE field record; is_there boolean;
            BEGIN
                FOR field IN SELECT c.relname, a.attname, format_type(a.atttypid, NULL) AS kind
                    FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
                    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND EXISTS (
                        SELECT FROM pg_attribute AS t WHERE t.attrelid = c.oid AND t.attname = 'tenant_id')
                LOOP
                    EXECUTE format('SELECT EXISTS (SELECT FROM (SELECT %s AS content FROM public.%I WHERE tenant_id = %L) AS rows
                        WHERE \(condition.replacing("%", with: "%%").replacing("'", with: "''")))',
                        CASE field.kind WHEN 'bytea' THEN format('encode(%I, ''escape'')', field.attname)
                            ELSE format('%I::text', field.attname) END, field.relname, '\(tenant)') INTO is_there;
                    IF is_there THEN INSERT INTO found VALUES (field.relname || '.' || field.attname); END IF;
                END LOOP;
            END $do$;
            """
        return try await PostgresSession.with(url: tables.superuserURL, applicationName: "tests") { session in
            try session.run(script)
            return try session.rows("SELECT place FROM found ORDER BY place").compactMap { $0[0] }
        }
    }
}
