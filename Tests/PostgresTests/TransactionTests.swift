import DatabaseTestSupport
import IO
import Models
import Postgres
import Synchronization
import Testing

@Suite struct TransactionTests {
    private struct Refused: Error {}

    private func insert(_ title: String, _ tenant: TenantID) -> SQL {
        "INSERT INTO notes (tenant_id, id, title) VALUES (\(tenant), \(CallID.make()), \(title))"
    }

    @Test func `a transaction commits what it did, then runs its hooks`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, _, _ in
            let notes = database.tenant(.make())
            let hooks = Mutex(0)
            let count = try await notes.transaction { transaction in
                transaction.afterCommit { hooks.withLock { $0 += 1 } }
                try await transaction.execute(insert("one", notes.tenant))
                try await transaction.execute(insert("two", notes.tenant))
                #expect(hooks.withLock { $0 } == 0)
                return try await transaction.value("SELECT count(*) FROM notes", as: Int.self)
            }
            #expect(count == 2)
            #expect(hooks.withLock { $0 } == 1)
            let after = try await notes.value("SELECT count(*) FROM notes", as: Int.self)
            #expect(after == 2)
        }
    }

    @Test func `a closure that throws takes everything back and runs no hook`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 1) { database, _, _ in
            let notes = database.tenant(.make())
            await #expect(throws: Refused.self) {
                try await notes.transaction { transaction in
                    transaction.afterCommit { Issue.record("the hook of a rolled back transaction ran") }
                    try await transaction.execute(insert("one", notes.tenant))
                    throw Refused()
                }
            }
            let count = try await notes.value("SELECT count(*) FROM notes", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `a swallowed error does not pass for a commit`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 1) { database, _, _ in
            let notes = database.tenant(.make())
            let error = await #expect(throws: PostgresError.self) {
                try await notes.transaction { transaction in
                    try await transaction.execute(insert("one", notes.tenant))
                    _ = try? await transaction.execute(insert("one", notes.tenant))
                }
            }
            #expect(error?.constraint == "notes_title_unique")
            let count = try await notes.value("SELECT count(*) FROM notes", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `the tenant's setting ends with the transaction`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 1) { database, _, _ in
            let tenant = TenantID.make()
            let inside = try await database.tenant(tenant).transaction { transaction in
                try await transaction.execute("SELECT 1")
                return try await transaction.value("SELECT current_setting('app.tenant_id')", as: String.self)
            }
            #expect(inside == tenant.description)
            let after = try await database.value("SELECT current_setting('app.tenant_id', true)", as: String.self)
            #expect(after == "")
        }
    }

    @Test func `a transaction without statements asks the server nothing`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, _, _ in
            let answer = try await database.transaction { _ in 42 }
            #expect(answer == 42)
        }
    }

    @Test func `a cancelled task's transaction is rolled back`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 2) { database, _, loop in
            let notes = database.tenant(.make())
            let (written, signal) = AsyncStream<Void>.makeStream()
            let task = loop.spawn {
                await #expect(throws: CancellationError.self) {
                    try await notes.transaction { transaction in
                        try await transaction.execute(insert("one", notes.tenant))
                        signal.yield()
                        try await transaction.execute("SELECT pg_sleep(600)")
                    }
                }
            }
            for await _ in written { break }
            task.cancel()
            _ = await task.value
            // Inserting the same title waits for the other transaction's end.
            try await notes.execute(insert("one", notes.tenant))
            let count = try await notes.value("SELECT count(*) FROM notes", as: Int.self)
            #expect(count == 1)
        }
    }
}
