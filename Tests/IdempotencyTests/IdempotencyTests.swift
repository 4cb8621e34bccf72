import DatabaseTestSupport
import HTTP
import IO
import Idempotency
import JSON
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

/// Lets one task pass for each time it was opened, before or after.
private final class Turnstile: Sendable {
    private struct State {
        var open = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    func pass() async {
        await withCheckedContinuation { continuation in
            let passes = state.withLock { state in
                guard state.open == 0 else {
                    state.open -= 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if passes { continuation.resume() }
        }
    }

    func open() {
        let next: CheckedContinuation<Void, Never>? = state.withLock { state in
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.open += 1
            return nil
        }
        next?.resume()
    }
}

/// Counts how often a thing was really made, and can be held back.
private final class Maker: Sendable {
    struct Order: Codable, Sendable {
        var title: String
    }

    struct Thing: Codable, Sendable, Hashable {
        var number: Int
        var title: String
    }

    private let count = Mutex(0)
    let gate = Turnstile()
    let entered = Turnstile()

    var made: Int { count.withLock { $0 } }

    func make(_ context: RequestContext, _ body: Body<Order>) async throws -> Created<Thing> {
        let number = count.withLock { count in
            count += 1
            return count
        }
        if body.value.title == "slow" {
            entered.open()
            await gate.pass()
        }
        if body.value.title == "wrong" { throw Failure(.conflict) }
        return Created(Thing(number: number, title: body.value.title), at: "/api/v1/things/\(number)", version: 1)
    }
}

struct IdempotencyTests {
    private static let migrations = [Migration(name: "0001_create_idempotency_keys", sql: IdempotencyTable.sql)]

    private struct Bench: Sendable {
        let trust: TestTrust
        let handler: HTTPHandler
        let user: UserID

        func post(
            _ title: String, key: String?, in tenant: TenantID? = nil, as user: UserID? = nil
        ) async throws -> HTTPResponse {
            var headers = HTTPHeaders()
            headers["Idempotency-Key"] = key
            return await handler(
                try trust.request(
                    .post, "/api/v1/things", as: .person(user ?? self.user, .owner), in: tenant, headers: headers,
                    json: Maker.Order(title: title)))
        }
    }

    private func withBench(
        lease: Duration = IdempotencyStore.lease, _ maker: Maker,
        _ body: @escaping @Sendable (Bench, Database) async throws -> Void
    ) async throws {
        try await withOpenDatabase(migrations: Self.migrations) { database, _, loop in
            let trust = try TestTrust(.calls)
            let table = RouteTable(
                .calls, [.post("/api/v1/things", "create_thing", .user, "Make", maker.make, .idempotent)])
            let application = WebApplication(
                loop: loop, logger: LogCapture().logger(), metrics: Metrics(), routes: table, trust: try trust.trust(),
                idempotency: IdempotencyStore(database, logger: LogCapture().logger(), lease: lease))
            try await body(Bench(trust: trust, handler: application.handler, user: .make()), database)
        }
    }

    @Test func `a repeated request gets the first answer and does nothing`() async throws {
        let maker = Maker()
        try await withBench(maker) { bench, _ async throws in
            let first = try await bench.post("a", key: "k")
            let second = try await bench.post("a", key: "k")
            #expect(first.status == 201)
            #expect(second.status == 201)
            #expect(second.bytes == first.bytes)
            #expect(second.headers["Location"] == "/api/v1/things/1")
            #expect(second.headers["ETag"] == "\"1\"")
            #expect(second.headers["Idempotency-Replayed"] == "true")
            #expect(first.headers["X-Request-ID"] != second.headers["X-Request-ID"])
        }
        #expect(maker.made == 1)
    }

    @Test func `the key belongs to one tenant, one caller and one body`() async throws {
        let maker = Maker()
        try await withBench(maker) { bench, _ async throws in
            _ = try await bench.post("a", key: "k")
            #expect(try await bench.post("b", key: "k").problem().code == "idempotency_key_reused")
            #expect(try await bench.post("b", key: "k", in: bench.trust.otherTenant).status == 201)
            #expect(try await bench.post("b", key: "k", as: .make()).status == 201)
            #expect(try await bench.post("b", key: nil).status == 201)
            #expect(try await bench.post("b", key: String(repeating: "x", count: 256)).status == 400)
        }
        #expect(maker.made == 4)
    }

    @Test func `a request that still runs holds its key`() async throws {
        let maker = Maker()
        try await withBench(maker) { bench, _ async throws in
            async let first = bench.post("slow", key: "k")
            await maker.entered.pass()
            #expect(try await bench.post("slow", key: "k").problem().code == "idempotency_key_in_progress")
            maker.gate.open()
            #expect(try await first.status == 201)
            #expect(try await bench.post("slow", key: "k").headers["Idempotency-Replayed"] == "true")
        }
        #expect(maker.made == 1)
    }

    @Test func `after a failure the key is free again`() async throws {
        let maker = Maker()
        try await withBench(maker) { bench, _ async throws in
            #expect(try await bench.post("wrong", key: "k").status == 409)
            #expect(try await bench.post("right", key: "k").status == 201)
        }
    }

    @Test func `a key that a dead process left running is free once its lease is over`() async throws {
        let maker = Maker()
        try await withBench(lease: .zero, maker) { bench, _ async throws in
            // The request of a process that dies: it never comes to its end.
            async let dead = bench.post("slow", key: "k")
            await maker.entered.pass()
            async let successor = bench.post("slow", key: "k")
            await maker.entered.pass()
            maker.gate.open()
            maker.gate.open()
            #expect(try await [dead.status, successor.status] == [201, 201])
        }
        #expect(maker.made == 2)
    }

    @Test func `expired answers are cleared away by later requests`() async throws {
        let maker = Maker()
        try await withBench(maker) { bench, database async throws in
            _ = try await bench.post("a", key: "old")
            let tenant = database.tenant(bench.trust.tenant)
            try await tenant.execute(
                "UPDATE idempotency_keys SET expires_at = now() - interval '1 s' WHERE tenant_id = \(bench.trust.tenant)"
            )
            _ = try await bench.post("b", key: "new")
            let count = try await tenant.value(
                "SELECT count(*) FROM idempotency_keys WHERE tenant_id = \(bench.trust.tenant)", as: Int.self)
            #expect(count == 1)
            #expect(try await bench.post("c", key: "old").status == 201)
        }
    }
}
