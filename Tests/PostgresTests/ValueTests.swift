import DatabaseTestSupport
import FoundationEssentials
import JSON
import Models
import Postgres
import Testing

private enum Colour: String, PostgresBindable { case red, green }

@Suite struct ValueTests {
    /// Binds values, lets the server say what it sees as text, and reads them back.
    private func check<Value: PostgresBindable & PostgresDecodable & Equatable & Sendable>(
        _ values: [Value], seenAs texts: [String], in database: Database
    ) async throws {
        for (value, text) in zip(values, texts) {
            let row = try #require(try await database.first("SELECT \(value), (\(value))::text"))
            #expect(try row.decode(0, as: Value.self) == value)
            #expect(try row.decode(1, as: String.self) == text)
        }
    }

    @Test func `every type goes to the server and comes back`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            try await database.execute("SELECT set_config('TimeZone', 'UTC', false)")
            try await check([0, Int.min, .max], seenAs: ["0", "\(Int.min)", "\(Int.max)"], in: database)
            try await check([Int32.min, .max], seenAs: ["\(Int32.min)", "\(Int32.max)"], in: database)
            try await check([Int64(7)], seenAs: ["7"], in: database)
            try await check([0.5, -.infinity], seenAs: ["0.5", "-Infinity"], in: database)
            try await check([true, false], seenAs: ["true", "false"], in: database)
            try await check(["", "Grüße 📞", "'; --"], seenAs: ["", "Grüße 📞", "'; --"], in: database)
            let uuid = UUID.v7()
            try await check([uuid], seenAs: [uuid.uuidString.lowercased()], in: database)
            try await check([[UInt8]([0, 255]), []], seenAs: ["\\x00ff", "\\x"], in: database)
            let instants = [Timestamp(microseconds: 1), Timestamp(microseconds: -1), Timestamp(seconds: 1_900_000_000)]
            let seen = ["1970-01-01 00:00:00.000001+00", "1969-12-31 23:59:59.999999+00", "2030-03-17 17:46:40+00"]
            try await check(instants, seenAs: seen, in: database)
            let days = [20_454, 0, -1].map { LocalDate(daysSince1970: $0) }
            try await check(days, seenAs: days.map(\.jsonText), in: database)
            try await check([JSONText(validated: Array(#"{"a": 1}"#.utf8))], seenAs: [#"{"a": 1}"#], in: database)
            try await check([Int?.none, 3], seenAs: [], in: database)
            try await check([[1, 2], [Int]()], seenAs: ["{1,2}", "{}"], in: database)
            try await check([["a", "", "ü,\""]], seenAs: [#"{a,"","ü,\""}"#], in: database)
            try await check([[uuid]], seenAs: ["{\(uuid.uuidString.lowercased())}"], in: database)
            try await check([[true, false]], seenAs: ["{t,f}"], in: database)
        }
    }

    @Test func `identifiers, enums and durations bind and read`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            let (id, none) = (CallID.make(), CallID?.none)
            let mail = try EmailAddress(jsonText: "Ada@example.com")
            let result = try await database.first(
                """
                SELECT \(id), \(none), \([id]), \(Colour.green), NULL::text, \(mail), \(EmailAddress?.none),
                    extract(epoch FROM \(Duration.milliseconds(1500)))::float8
                """
            ) { row in
                #expect(try row.next(CallID.self) == id)
                #expect(try row.next(CallID?.self) == nil)
                #expect(try row.next([CallID].self) == [id])
                #expect(try row.next(Colour.self) == .green)
                #expect(try row.next(Colour?.self) == nil)
                #expect(try row.next(EmailAddress.self) == mail)
                #expect(try row.next(EmailAddress?.self) == nil)
                return try row.next(Double.self)
            }
            #expect(result == 1.5)
        }
    }

    @Test func `a narrower integer of the server fits a wider one of ours`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            let row = try #require(try await database.first("SELECT 1::int2, 2::int4, 3::int8"))
            #expect(try (0..<3).map { try row.decode($0, as: Int.self) } == [1, 2, 3])
        }
    }

    @Test(
        arguments: [
            "SELECT NULL::text", "SELECT 1", "SELECT '12'::bytea", "SELECT 1.5::numeric", "SELECT ARRAY['a']",
        ] as [SQL])
    func `a column that holds something else is an error of decoding`(_ sql: SQL) async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            let error = await #expect(throws: PostgresError.self) { try await database.value(sql, as: String.self) }
            #expect(error?.kind == .decoding)
        }
    }

    @Test func `values out of range are refused instead of bent`() async throws {
        try await withOpenDatabase(migrations: []) { database, _, _ in
            for sql: SQL in ["SELECT 'infinity'::timestamptz", "SELECT '-infinity'::timestamptz"] {
                await #expect(throws: PostgresError.self) { try await database.value(sql, as: Timestamp.self) }
            }
            await #expect(throws: PostgresError.self) {
                try await database.value("SELECT 'infinity'::date", as: LocalDate.self)
            }
            await #expect(throws: PostgresError.self) {
                try await database.value("SELECT \(Int.max)", as: Int32.self)
            }
            await #expect(throws: PostgresError.self) {
                try await database.first("SELECT 'blue'::text") { row in try row.next(Colour.self) }
            }
            await #expect(throws: PostgresError.self) {
                try await database.value("SELECT ARRAY[1, NULL]::int8[]", as: [Int].self)
            }
            let row = try #require(try await database.first("SELECT 1"))
            #expect(throws: PostgresError.self) { try row.decode(1, as: Int.self) }
        }
    }

    @Test func `an error shows no value of the row`() async throws {
        try await withOpenDatabase(migrations: NotesSchema.migrations) { database, _, _ in
            let notes = database.tenant(.make())
            let insert: SQL = "INSERT INTO notes VALUES (\(notes.tenant), \(CallID.make()), \("ada@example.com"))"
            let other: SQL = "INSERT INTO notes VALUES (\(notes.tenant), \(CallID.make()), \("ada@example.com"))"
            try await notes.execute(insert)
            let duplicate = try #require(
                await #expect(throws: PostgresError.self) { try await notes.execute(other) })
            #expect("\(duplicate)" == "database error")
            #expect(duplicate.debugDescription.contains("notes_title_unique"))
            #expect(!duplicate.debugDescription.contains("ada@example.com"))
            let cast = try #require(
                await #expect(throws: PostgresError.self) {
                    try await notes.query("SELECT (\("ada@example.com"))::uuid")
                })
            #expect(cast.sqlState == "22P02")
            #expect(!cast.debugDescription.contains("ada@example.com"))
        }
    }
}
