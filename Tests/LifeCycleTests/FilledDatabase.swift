import DatabaseTestSupport
import FoundationEssentials
import Models
import Postgres

/// A row of each tenant in every table that has tenants, made of what the catalogue says of its columns.
///
/// Whatever table a service gets later is filled like the others, so nobody has to remember to test it.
struct FilledDatabase {
    let test: TestDatabase

    /// The texts that a person is found by in the rows.
    static let number = "+14155550123"
    static let email = "ada.lovelace+x@example.com"

    /// Statements of a superuser.
    @discardableResult
    func force(_ statement: String) async throws -> [[String?]] {
        try await PostgresSession.with(url: test.superuserURL, applicationName: "tests") { try $0.rows(statement) }
    }

    /// The tables that have tenants.
    func tables() async throws -> [String] {
        try await force(
            """
            SELECT c.relname FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
              AND NOT a.attisdropped ORDER BY 1
            """
        ).compactMap { $0[0] }
    }

    /// Fills every table for some tenants; the service's role tells which texts it could make unreadable.
    func fill(_ tenants: [TenantID], service: String) async throws {
        // Rules of single columns would refuse made-up values; they are not what is tested.
        try await force(
            """
            DO $$
            DECLARE found record;
            BEGIN
                FOR found IN SELECT conrelid::regclass AS place, conname FROM pg_constraint
                    WHERE contype = 'c' AND connamespace = 'public'::regnamespace
                LOOP EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', found.place, found.conname); END LOOP;
            END $$
            """)
        for tenant in tenants { try await fill(tenant, service) }
    }

    private func fill(_ tenant: TenantID, _ service: String) async throws {
        try await force(
            """
            DO $$
            DECLARE
                place record;
                said text := 'ask (415) 555-0123, \(Self.number) or \(Self.email.uppercased()) now';
                columns text;
                contents text;
            BEGIN
                SET LOCAL session_replication_role = replica;
                FOR place IN
                    SELECT c.oid, c.relname,
                        has_table_privilege('\(service)_app', c.oid, 'UPDATE') OR c.relname = 'audit_details' AS is_said
                    FROM pg_class AS c JOIN pg_attribute AS t ON t.attrelid = c.oid
                    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND t.attname = 'tenant_id'
                LOOP
                    SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum),
                        string_agg(CASE
                            WHEN a.attname = 'tenant_id' THEN quote_literal('\(tenant)') || '::uuid'
                            WHEN k.is_key OR NOT place.is_said THEN CASE format_type(a.atttypid, NULL)
                                WHEN 'text' THEN quote_literal('key-\(tenant)') ELSE v.plain END
                            ELSE v.said END, ', ' ORDER BY a.attnum)
                    INTO columns, contents
                    FROM pg_attribute AS a
                    CROSS JOIN LATERAL (SELECT EXISTS (
                        SELECT FROM pg_constraint AS k WHERE k.conrelid = a.attrelid AND k.contype IN ('p', 'f')
                        AND a.attnum = ANY (k.conkey)) AS is_key) AS k
                    CROSS JOIN LATERAL (SELECT CASE format_type(a.atttypid, NULL)
                        WHEN 'uuid' THEN quote_literal('\(tenant)') || '::uuid'
                        WHEN 'text[]' THEN 'ARRAY[''x'']'
                        WHEN 'jsonb' THEN '''{}'''
                        WHEN 'bytea' THEN '''\\x00'''
                        WHEN 'tsvector' THEN 'array_to_tsvector(ARRAY[''x''])'
                        WHEN 'boolean' THEN 'false'
                        WHEN 'timestamp with time zone' THEN 'now()'
                        WHEN 'date' THEN 'current_date'
                        WHEN 'text' THEN '''x'''
                        ELSE CASE WHEN format_type(a.atttypid, NULL) LIKE '%[]' THEN '''{}'''
                            WHEN format_type(a.atttypid, NULL) LIKE 'time%' THEN '''00:00'''
                            WHEN format_type(a.atttypid, NULL) = 'interval' THEN '''1 s''' ELSE '1' END
                        END AS plain) AS p
                    CROSS JOIN LATERAL (SELECT p.plain, CASE format_type(a.atttypid, NULL)
                        WHEN 'text' THEN quote_literal(said || ' \(tenant)')
                        WHEN 'text[]' THEN format('ARRAY[%L]', said)
                        WHEN 'jsonb' THEN format('%L', jsonb_build_object('list', jsonb_build_array(said, 14155550123), said, 1))
                        WHEN 'bytea' THEN CASE WHEN place.relname = 'idempotency_keys' AND a.attname = 'body'
                            THEN format('convert_to(%L, ''UTF8'')', said) ELSE '''\\x00''' END
                        ELSE p.plain END AS said) AS v
                    WHERE a.attrelid = place.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
                      AND a.attidentity = '';
                    EXECUTE format('INSERT INTO public.%I (%s) VALUES (%s)', place.relname, columns, contents);
                END LOOP;
            END $$
            """)
    }

    /// How many rows of a table belong to a tenant.
    func count(_ table: String, _ tenant: TenantID) async throws -> Int {
        try await number("SELECT count(*) FROM \(table) WHERE tenant_id = '\(tenant)'")
    }

    /// How many rows of a table name the person, whoever they belong to.
    func naming(_ table: String, _ tenant: TenantID) async throws -> Int {
        let own = "tenant_id = '\(tenant)'"
        let digits = "translate(r::text, '()-. ', '')"
        return try await number(
            """
            SELECT count(*) FROM \(table) AS r WHERE \(own) AND (
                r::text ILIKE '%\(Self.email)%' OR \(digits) LIKE '%4155550123%' OR r::text LIKE '%34313535353530313233%')
            """)
    }

    private func number(_ statement: String) async throws -> Int {
        try await force(statement).first?.first.flatMap { $0 }.flatMap { Int($0) } ?? -1
    }
}
