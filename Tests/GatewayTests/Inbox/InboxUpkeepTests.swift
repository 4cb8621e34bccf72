import HTTP
import IO
import Models
import Postgres
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct InboxUpkeepTests {
    /// Tables that are read over all tenants: ids and words of the program only.
    private static let withoutWall: Set<String> = [
        "usage_buckets",
        "inbox", "inbox_lanes", "limit_buckets", "limit_holdings", "limit_holders", "schema_migrations",
    ]

    @Test func `every table of the gateway has its wall or is one of those that need none`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let tables = try await inbox.database.query(
                """
                SELECT relname::text, relrowsecurity AND relforcerowsecurity, obj_description(oid) IS NOT NULL
                FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
                """
            ) { row in (try row.next(String.self), try row.next(Bool.self), try row.next(Bool.self)) }
            #expect(tables.contains { $0.0 == "inbox_payloads" })
            for (name, hasWall, hasComment) in tables {
                #expect(hasWall != Self.withoutWall.contains(name), "\(name)")
                #expect(hasComment || name == "schema_migrations", "\(name)")
            }
        }
    }

    @Test func `what an erased person said is gone, and their hook is not delivered`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            try await inbox.tell("From=%2B4930123456&Body=x")
            try await inbox.tell(#"{"email":"Ada@Example.org"}"#)
            try await inbox.tell("nobody")
            try await inbox.tell("+4930123456", host: "globex.localhost:8080")
            let erased = try await inbox.database.tenant(inbox.tenant).value(
                "SELECT inbox_erase(\(inbox.tenant), \(["4930123456", "ada@example.org"]))", as: Int.self)
            #expect(erased == 2)
            #expect(try await inbox.payloads() == 1)
            #expect(try await inbox.payloads(of: inbox.otherTenant) == 1)
            try inbox.service.start()
            inbox.work()
            try await inbox.wait { try await inbox.count("waiting") == 0 }
            #expect(try await inbox.count("erased") == 2)
            #expect(inbox.service.delivered.map(\.text).sorted() == ["+4930123456", "nobody"])
        }
    }

    @Test func `nothing of a deleted tenant is left, and the others' hooks are`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            try await inbox.tell("a")
            try await inbox.tell("b", host: "globex.localhost:8080")
            try await inbox.database.execute("SELECT inbox_forget_tenant(\(inbox.tenant))")
            #expect(try await inbox.count("waiting") == 1)
            #expect(try await inbox.payloads() == 0)
            #expect(try await inbox.payloads(of: inbox.otherTenant) == 1)
        }
    }

    @Test func `settled hooks go after a week, parked ones after a month, and waiting ones never`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            try inbox.service.start()
            inbox.service.answer = { hook in HTTPResponse(status: hook.text == "bad" ? 403 : 204) }
            inbox.work()
            try await inbox.tell("good")
            try await inbox.tell("bad")
            try await inbox.wait { try await inbox.count("waiting") == 0 }
            await inbox.service.stop()
            try await inbox.tell("waits")
            func age(_ days: Int) async throws {
                try await inbox.database.execute(
                    """
                    UPDATE inbox SET received_at = now() - \(Duration.seconds(days * 86_400)),
                        settled_at = settled_at - \(Duration.seconds(days * 86_400))
                    """)
                try await inbox.store.sweep()
            }
            try await inbox.database.execute("UPDATE inbox SET state = 'parked' WHERE state = 'refused'")
            try await age(6)
            #expect(try await inbox.count("delivered") == 1)
            try await age(2)
            #expect(try await inbox.count("delivered") == 0)
            #expect(try await inbox.count("parked") == 1)
            try await age(23)
            #expect(try await inbox.count("parked") == 0)
            #expect(try await inbox.count("waiting") == 1)
            #expect(try await inbox.payloads() == 1)
        }
    }

    @Test func `of refused hooks the newest thousand of an account are kept`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            try await inbox.database.execute(
                """
                INSERT INTO inbox (tenant_id, id, service, provider, connection_id, received_at, size_bytes, event_key,
                    proof, state, settled_at)
                SELECT \(inbox.tenant), gen_random_uuid(), 'calls', 'retell', gen_random_uuid(), now(), 10,
                    sha256(place::text::bytea), sha256(place::text::bytea), 'refused', now() - place * interval '1 second'
                FROM generate_series(1, \(InboxStore.refusedHooks + 50)) AS place
                """)
            try await inbox.store.sweep()
            #expect(try await inbox.count("refused") == InboxStore.refusedHooks)
            let oldest = try await inbox.database.value(
                "SELECT extract(epoch FROM now() - min(settled_at))::bigint FROM inbox", as: Int.self)
            #expect((1000...1049).contains(try #require(oldest)))
        }
    }

    @Test func `a connection that nobody uses leaves no row`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            try inbox.service.start()
            inbox.work()
            try await inbox.tell("x")
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            func lanes() async throws -> Int? {
                try await inbox.database.value("SELECT count(*) FROM inbox_lanes", as: Int.self)
            }
            try await inbox.store.sweep()
            #expect(try await lanes() == 1)
            try await inbox.database.execute("UPDATE inbox_lanes SET used_at = now() - interval '1 hour'")
            try await inbox.store.sweep()
            #expect(try await lanes() == 0)
            #expect(try await inbox.tell("y") == 202)
            try await inbox.wait { try await inbox.count("delivered") == 2 }
        }
    }
}
