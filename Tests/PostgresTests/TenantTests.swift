import DatabaseTestSupport
import FoundationEssentials
import IO
import Models
import Postgres
import Testing

private struct Note: PostgresRowDecodable, Equatable {
    var id: CallID
    var title: String

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next()
        title = try row.next()
    }
}

@Suite struct TenantTests {
    private static func insert(_ title: String, id: CallID = .make(), for tenant: TenantID) -> SQL {
        "INSERT INTO notes (tenant_id, id, title) VALUES (\(tenant), \(id), \(title))"
    }

    @Test func `a tenant reads back what it wrote`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, _, _ in
            let notes = database.tenant(.make())
            let id = CallID.make()
            let inserted = try await notes.execute(Self.insert("first", id: id, for: notes.tenant))
            #expect(inserted == 1)
            let found = try await notes.query(
                "SELECT id, title FROM notes WHERE tenant_id = \(notes.tenant)", as: Note.self)
            #expect(found.map(\.id) == [id])
            #expect(found.map(\.title) == ["first"])
        }
    }

    @Test func `row-level security alone hides another tenant's rows`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, test, _ in
            let (mine, other) = (database.tenant(.make()), database.tenant(.make()))
            try await mine.execute(Self.insert("mine", for: mine.tenant))
            let count = try await other.value("SELECT count(*) FROM notes", as: Int.self)
            #expect(count == 0)
            let visible = try await test.rowsVisible(in: "notes", to: mine.tenant)
            #expect(visible == 1)
            let hidden = try await test.rowsVisible(in: "notes", to: other.tenant)
            #expect(hidden == 0)
        }
    }

    @Test func `a row cannot be written for another tenant`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, _, _ in
            let error = await #expect(throws: PostgresError.self) {
                try await database.tenant(.make()).execute(Self.insert("planted", for: .make()))
            }
            #expect(error?.sqlState == "42501")
        }
    }

    @Test func `without a tenant nothing is seen and nothing is left over from the last one`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 1) { database, _, _ in
            let notes = database.tenant(.make())
            try await notes.execute(Self.insert("first", for: notes.tenant))
            let error = await #expect(throws: PostgresError.self) { try await database.query("SELECT id FROM notes") }
            // The setting is unknown or empty, and neither is a uuid.
            #expect(["42704", "22P02"].contains(error?.sqlState))
            let left = try await database.value(
                "SELECT coalesce(current_setting('app.tenant_id', true), '')", as: String.self)
            #expect(left == "")
        }
    }

    @Test func `a failing statement takes the whole batch back`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 1) { database, _, _ in
            let notes = database.tenant(.make())
            let error = await #expect(throws: PostgresError.self) {
                try await notes.batch([
                    Self.insert("twice", for: notes.tenant), Self.insert("twice", for: notes.tenant),
                ])
            }
            #expect(error?.constraint == "notes_title_unique")
            #expect(error?.isDuplicate == true)
            let count = try await notes.value("SELECT count(*) FROM notes", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `tenants take turns on one connection without mixing`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations, poolSize: 2) { database, _, _ in
            let tenants = (0..<10).map { _ in TenantID.make() }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for tenant in tenants {
                    group.addTask {
                        for number in 0..<20 {
                            let notes = database.tenant(tenant)
                            try await notes.execute(Self.insert("note \(number)", for: tenant))
                            let seen = try await notes.query("SELECT tenant_id FROM notes") { row in
                                try row.next(TenantID.self)
                            }
                            #expect(seen == Array(repeating: tenant, count: number + 1))
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }
}
