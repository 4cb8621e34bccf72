import DatabaseTestSupport
import IO
import Models
import Postgres
import Telemetry
import Testing

@Suite struct NotificationTests {
    @Test func `a listener is told that it listens, then what is sent`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            var heard = database.listen("jobs").makeAsyncIterator()
            #expect(await heard.next() == .caughtUp)
            database.notify("jobs", "one")
            #expect(await heard.next() == .message("one"))
        }
    }

    @Test func `equal messages of a moment are sent once`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            var heard = database.listen("jobs").makeAsyncIterator()
            #expect(await heard.next() == .caughtUp)
            for _ in 0..<100 { database.notify("jobs", "same") }
            #expect(await heard.next() == .message("same"))
            // What was gathered while the first was under way is empty, so this is the very next message.
            database.notify("jobs", "end")
            #expect(await heard.next() == .message("end"))
        }
    }

    @Test func `a transaction's message is sent after its commit only`() async throws {
        struct Refused: Error {}
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, _, _ in
            var heard = database.listen("jobs").makeAsyncIterator()
            #expect(await heard.next() == .caughtUp)
            await #expect(throws: Refused.self) {
                try await database.transaction { transaction in
                    transaction.notify("jobs", "rolled back")
                    try await transaction.execute("INSERT INTO ticks VALUES (1)")
                    throw Refused()
                }
            }
            try await database.transaction { transaction in
                transaction.notify("jobs", "committed")
                try await transaction.execute("INSERT INTO ticks VALUES (1)")
            }
            #expect(await heard.next() == .message("committed"))
        }
    }

    @Test func `channels are apart, and several may listen to one`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            var first = database.listen("one").makeAsyncIterator()
            var second = database.listen("one").makeAsyncIterator()
            var other = database.listen("two").makeAsyncIterator()
            #expect(await first.next() == .caughtUp)
            #expect(await second.next() == .caughtUp)
            #expect(await other.next() == .caughtUp)
            database.notify("one", "a")
            database.notify("two", "b")
            #expect(await first.next() == .message("a"))
            #expect(await second.next() == .message("a"))
            #expect(await other.next() == .message("b"))
        }
    }

    @Test func `a listener whose connection is broken off listens again and is told to catch up`() async throws {
        try await withOpenDatabase(migrations: []) { database, test, _ in
            var heard = database.listen("jobs").makeAsyncIterator()
            #expect(await heard.next() == .caughtUp)
            try await PostgresSession.with(url: test.superuserURL, applicationName: "tests") { session in
                try session.rows(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid()
                    """)
            }
            #expect(await heard.next() == .caughtUp)
            database.notify("jobs", "after")
            #expect(await heard.next() == .message("after"))
        }
    }

    @Test func `closing the database ends the stream`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            var heard = database.listen("jobs").makeAsyncIterator()
            #expect(await heard.next() == .caughtUp)
            database.close()
            #expect(await heard.next() == nil)
        }
    }
}
