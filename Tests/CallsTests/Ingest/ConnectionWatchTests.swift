import JSON
import Models
import Postgres
import Testing

@testable import Calls

/// When a connection counts as silent.
struct ConnectionWatchTests {
    /// A Wednesday at noon, UTC.
    private static let noon = Timestamp(seconds: 1_767_787_200)
    private static let hour = Duration.seconds(3_600)

    /// Hooks from 9 to 17 on the working days of the four weeks before.
    private func fill(_ world: IngestWorld, _ connection: InternalAPI.Connection, until end: Timestamp) async throws {
        var instants: [Timestamp] = []
        for hours in 1...(28 * 24) {
            let instant = Self.noon - Self.hour * hours
            let day = Int(instant.seconds / 86_400 + 3) % 7
            let hour = Int(instant.seconds % 86_400 / 3_600)
            if day < 5, (9..<17).contains(hour), instant <= end { instants.append(instant) }
        }
        let last = try #require(instants.max())
        try await world.database.tenant(world.tenant).transaction { [instants] transaction in
            try await ConnectionStateStore(rows: transaction, tenant: world.tenant).noteHooks(
                instants, last: last, of: connection, in: transaction)
        }
    }

    private func alerts(_ world: IngestWorld) async throws -> [String] {
        try await world.events().filter { $0.hasPrefix("connection.") }
    }

    @Test func `two usual hours without a word are told once, and the next word is told too`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            // The last word was on Tuesday afternoon; two working hours have gone by on Wednesday.
            try await fill(world, connection, until: Self.noon - Self.hour * 19)
            let watch = ConnectionWatch(database: world.database)
            try await watch.run(now: Self.noon - Self.hour * 2)
            #expect(try await alerts(world).isEmpty)
            try await watch.run(now: Self.noon)
            try await watch.run(now: Self.noon + Self.hour)
            #expect(try await alerts(world) == ["connection.failed"])
            let states = try await ConnectionViewStore(rows: world.database.tenant(world.tenant), tenant: world.tenant)
                .states()
            #expect(states.first?.alert == "silence")
            try await world.database.tenant(world.tenant).transaction { transaction in
                try await ConnectionStateStore(rows: transaction, tenant: world.tenant).noteHooks(
                    [Self.noon], last: Self.noon, of: connection, in: transaction)
            }
            #expect(try await alerts(world) == ["connection.failed", "connection.recovered"])
        }
    }

    @Test func `nights, weekends and connections without a rhythm are nobody's worry`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            try await fill(world, connection, until: Self.noon - Self.hour * 19)
            let watch = ConnectionWatch(database: world.database)
            // The night between Tuesday and Wednesday.
            try await watch.run(now: Self.noon - Self.hour * 4)
            let quiet = world.connect("generic")
            try await world.database.tenant(world.tenant).transaction { transaction in
                try await ConnectionStateStore(rows: transaction, tenant: world.tenant).noteHooks(
                    [Self.noon - Self.hour * 300], last: Self.noon - Self.hour * 300, of: quiet, in: transaction)
            }
            try await watch.run(now: Self.noon - Self.hour * 3)
            #expect(try await alerts(world).isEmpty)
        }
    }
}
