import DatabaseTestSupport
import Events
import Idempotency
import Jobs
import Postgres
import Telemetry
import Testing

@testable import Calls

struct SchemaTests {
    /// Tables that are read over all tenants, or belong to none: they hold ids and no personal data.
    private static let withoutRowSecurity: Set<String> = [
        "call_rollup_marks", "jobs", "job_schedules", "schema_migrations", "outbox_events", "outbox_deliveries",
        "outbox_sequences", "event_receipts", "contact_keys",
    ]
    /// Tables of the program itself.
    private static let withoutTenant: Set<String> = ["job_schedules", "schema_migrations"]

    private struct Table {
        var name: String
        var isForced: Bool
        var firstKey: String?
        var comment: String?
    }

    private func tables(_ database: Database) async throws -> [Table] {
        try await database.query(
            """
            SELECT c.relname::text, c.relrowsecurity AND c.relforcerowsecurity,
                (SELECT a.attname::text FROM pg_index AS i JOIN pg_attribute AS a
                 ON a.attrelid = i.indrelid AND a.attnum = i.indkey[0] WHERE i.indrelid = c.oid AND i.indisprimary),
                obj_description(c.oid)
            FROM pg_class AS c WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
            """
        ) { row in
            Table(
                name: try row.next(), isForced: try row.next(), firstKey: try row.next(String?.self),
                comment: try row.next(String?.self))
        }
    }

    @Test func `every table has its tenant first, its wall and its meaning`() async throws {
        try await withCalls { database, _, _ in
            let tables = try await tables(database)
            #expect(tables.count > 8)
            for table in tables {
                if !Self.withoutTenant.contains(table.name) {
                    #expect(table.firstKey == "tenant_id", "\(table.name)")
                    #expect(table.comment != nil, "\(table.name)")
                }
                #expect(table.isForced != Self.withoutRowSecurity.contains(table.name), "\(table.name)")
            }
        }
    }

    @Test func `what providers wrote down before is forgotten by the upgrade, and nothing else`() async throws {
        let before = Array(CallsMigrations.all.prefix { $0.name != "0037_forget_told_words" })
        #expect(before.count < CallsMigrations.all.count)
        try await withDatabase(migrations: before, service: "calls") { test in
            try await PostgresSession.with(url: test.superuserURL, applicationName: "tests") { session in
                try session.run(
                    """
                    SET session_replication_role = replica;
                    INSERT INTO call_accounts (tenant_id, call_id, document) VALUES (gen_random_uuid(), gen_random_uuid(),
                        '{"legs": {}, "summary": {"value": "4111"}, "transcript": {"value": {"segments": []}}}')
                    """)
            }
            try Migrator(migrations: CallsMigrations.all, logger: Logger(service: "tests", level: .warning)).run(
                on: PostgresSession(url: test.ownerURL, applicationName: "tests"))
            let left = try await PostgresSession.with(url: test.superuserURL, applicationName: "tests") { session in
                try session.rows(
                    """
                    SELECT document::text, (SELECT relforcerowsecurity FROM pg_class WHERE relname = 'call_accounts')::text
                    FROM call_accounts
                    """)
            }
            #expect(left == [["{\"legs\": {}}", "true"]])
        }
    }

    @Test func `the tables of shared modules are as those modules want them`() {
        func body(_ name: String) -> String? {
            CallsMigrations.all.first { $0.name == name }.map { migration in
                migration.sql.split(separator: "\n", omittingEmptySubsequences: false).dropFirst()
                    .joined(separator: "\n").trimmed
            }
        }
        #expect(body("0007_create_jobs") == JobsSchema.sql.trimmed)
        #expect(body("0009_create_outbox") == EventMigrations.outbox.trimmed)
        #expect(body("0008_create_idempotency_keys") == IdempotencyTable.sql.trimmed)
    }
}
