import HTTP
import HTTPClient
import IO
import JSON
import Models
import Telemetry
import Testing
import WebTestSupport

@testable import Tenancy

/// A served feed and a reader of its lines; confined to the test's loop.
private final class FeedReading: @unchecked Sendable {
    private let body: HTTPBody
    private var bytes: [UInt8] = []

    init(_ body: HTTPBody) { self.body = body }

    /// The next line.
    func next() async throws -> ChangeFeedAPI.Entry {
        while true {
            if let end = bytes.firstIndex(of: 0x0a) {
                let line = Array(bytes[..<end])
                bytes.removeFirst(end + 1)
                return try JSON.decode(ChangeFeedAPI.Entry.self, from: line)
            }
            guard let piece = try await body.next() else { throw Failure(.unavailable) }
            bytes += piece
        }
    }

    /// The next change, heartbeats passed over.
    func nextChange() async throws -> ChangeFeedAPI.Entry {
        while true {
            let entry = try await next()
            if entry.kind != .heartbeat { return entry }
        }
    }

    /// The entries of the snapshot that comes now, and its number.
    func snapshot() async throws -> (sequence: Int64, entries: [ChangeFeedAPI.Entry]) {
        var entries: [ChangeFeedAPI.Entry] = []
        #expect(try await next().kind == .snapshotStarted)
        while true {
            let entry = try await next()
            if entry.kind == .snapshotFinished { return (entry.sequence, entries) }
            entries.append(entry)
        }
    }
}

struct ChangeFeedTests {
    /// Serves the internal routes over a socket; the closure opens streams.
    private func withFeed(
        _ body:
            @escaping @Sendable (TenancyWorld, @escaping @Sendable (String) async throws -> FeedReading) async throws
            -> Void
    ) async throws {
        try await withTenancy { world in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let server = HTTPServer(
                loop: world.loop, socket: socket, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
                handler: world.internal)
            try server.start()
            let waking = world.loop.spawn { await world.signal.run(world.database, on: world.loop) }
            let client = InternalHTTPClient(loop: world.loop)
            let token = try world.trust.serviceToken(.gateway)
            let result: Result<Void, any Error>
            do {
                try await body(world) { query in
                    let answer = try await client.send(
                        HTTPClientRequest(
                            method: .get, target: "/internal/changes\(query)",
                            headers: ["Authorization": "Bearer \(token)"]),
                        to: HTTPEndpoint(host: "127.0.0.1", port: socket.port), deadline: .seconds(10))
                    #expect(answer.status == 200)
                    return FeedReading(answer.body)
                }
                result = .success(())
            } catch { result = .failure(error) }
            waking.cancel()
            client.close()
            await waking.value
            await server.drain(within: .milliseconds(100))
            try result.get()
        }
    }

    @Test func `a stream begins with all that is so, then tells each change as it commits`() async throws {
        try await withFeed { world, open in
            try await world.makePlatform()
            let reading = try await open("")
            let (sequence, entries) = try await reading.snapshot()
            #expect(sequence == (try await world.newestChange()))
            let kinds = Dictionary(grouping: entries, by: \.kind).mapValues(\.count)
            #expect(kinds == [.signingKey: 1, .tenant: 3, .entitlements: 2, .settings: 3])
            let life = TenantLifeStore(database: world.rows(world.tenant))
            _ = try await life.suspend(world.tenant, origin: .operator)
            let entry = try await reading.nextChange()
            #expect(entry.kind == .tenant && entry.key == world.tenant.description && entry.sequence > sequence)
            #expect(try entry.value?.decode(ChangeFeedAPI.TenantValue.self).status == .suspended)
        }
    }

    @Test func `a stream goes on after a number, and begins anew when the number is not of this history`() async throws
    {
        try await withFeed { world, open in
            let life = TenantLifeStore(database: world.rows(world.tenant))
            let position = try await world.newestChange()
            _ = try await life.suspend(world.tenant, origin: .operator)
            _ = try await life.resume(world.tenant, origin: .operator)
            let resumed = try await open("?after=\(position)")
            #expect(try await resumed.next().kind == .heartbeat)
            #expect(try await resumed.nextChange().sequence == position + 1)
            #expect(try await resumed.nextChange().sequence == position + 2)
            for query in ["?after=0", "?after=\(position + 1000)"] {
                let entries = try await open(query).snapshot().entries
                #expect(entries.contains { $0.kind == .signingKey })
            }
            try await world.force("DELETE FROM changes WHERE sequence <= \(position + 1)")
            #expect(try await open("?after=\(position + 1)").next().kind == .heartbeat)
            #expect(try await open("?after=\(position)").next().kind == .snapshotStarted)
        }
    }

    @Test func `a snapshot holds revocations as long as a token could name them`() async throws {
        try await withFeed { world, open in
            try await world.makeUser("a@acme.example")
            let answer: TenancyAPI.SignedIn = try await world.signIn("a@acme.example").decoded()
            _ = try await world.send(.post, "/api/v1/auth/logout", token: answer.accessToken)
            #expect(try await open("").snapshot().entries.count { $0.kind == .revokedSession } == 1)
            try await world.force("UPDATE changes SET created_at = now() - interval '36 minutes'")
            #expect(try await open("").snapshot().entries.count { $0.kind == .revokedSession } == 0)
        }
    }

    @Test func `eight writers at once: every change comes, once, in the order of its number`() async throws {
        try await withFeed { world, open in
            var tenants: [TenantID] = []
            for number in 0..<8 {
                tenants.append(.make())
                try await world.makeTenant(tenants[number], "writer\(number)")
            }
            let reading = try await open("")
            let start = try await reading.snapshot().sequence
            let rounds = 12
            let writers = tenants.map { tenant in
                world.loop.spawn { () async -> Bool in
                    let life = TenantLifeStore(database: world.rows(tenant))
                    do {
                        for _ in 0..<rounds {
                            guard try await life.suspend(tenant, origin: .operator) != nil,
                                try await life.resume(tenant, origin: .operator) != nil
                            else { return false }
                        }
                        return true
                    } catch { return false }
                }
            }
            var heard: [ChangeFeedAPI.Entry] = []
            while heard.count < tenants.count * rounds * 2 { heard.append(try await reading.nextChange()) }
            for writer in writers { #expect(await writer.value) }
            let sequences = heard.map(\.sequence)
            #expect(sequences == sequences.sorted() && Set(sequences).count == sequences.count)
            #expect(sequences == (try await world.changes(after: start).map(\.sequence)))
            for tenant in tenants {
                let statuses = try heard.filter { $0.key == tenant.description }.compactMap {
                    try $0.value?.decode(ChangeFeedAPI.TenantValue.self).status
                }
                #expect(statuses == (0..<rounds).flatMap { _ in [TenantStatus.suspended, .active] })
            }
        }
    }

    @Test func `pruning keeps what is recent and the newest number`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            _ = try await world.signIn("a@acme.example")
            let newest = try await world.newestChange()
            #expect(try await PruneStore(rows: world.database).prune() == 0)
            try await world.force("UPDATE changes SET created_at = now() - interval '2 days'")
            try await world.force("UPDATE sessions SET expires_at = now() - interval '2 days'")
            #expect(try await PruneStore(rows: world.database).prune() > 1)
            #expect(try await world.changes(after: 0).map(\.sequence) == [newest])
            #expect(try await world.force("SELECT count(*)::text FROM refresh_tokens") == [["0"]])
        }
    }
}
