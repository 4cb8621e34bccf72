import Clients
import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct UsageTests {
    /// Stands where billing does.
    private final class Billing: Sendable {
        let port: Int
        private let kept = Mutex<[(tenant: String?, usage: InternalAPI.Usage)]>([])
        private let isAway = Atomic(false)

        init(_ loop: EventLoop) throws {
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            port = socket.port
            let server = HTTPServer(loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()) {
                [weak self] request in
                guard let self, request.method == .put, request.path == "/internal/usage",
                    !isAway.load(ordering: .relaxed)
                else { return HTTPResponse(status: 503) }
                do {
                    let body = try await request.body.collect(upTo: 65_536)
                    let usage = try JSON.decode(InternalAPI.Usage.self, from: body)
                    kept.withLock { $0.append((request.headers["x-switchboard-tenant"], usage)) }
                } catch { return HTTPResponse(status: 400) }
                return HTTPResponse(status: 204)
            }
            try server.start()
        }

        func setAway(_ away: Bool) { isAway.store(away, ordering: .relaxed) }
        var told: [(tenant: String?, usage: InternalAPI.Usage)] { kept.withLock(\.self) }
    }

    private func with(
        _ body: @escaping @Sendable (UsageService, UsageStore, Billing) async throws -> Void
    ) async throws {
        try await withOpenDatabase(migrations: GatewayMigrations.all, service: "gateway") { database, _, loop in
            let billing = try Billing(loop)
            let client = ServiceClient(
                http: InternalHTTPClient(loop: loop), endpoint: HTTPEndpoint(host: "127.0.0.1", port: billing.port),
                callee: .billing, tokens: FixedToken())
            let store = UsageStore(database: database)
            let service = UsageService(
                tally: UsageTally(), store: store, billing: client, loop: loop, logger: LogCapture().logger())
            try await body(service, store, billing)
        }
    }

    @Test func `counts of a quarter of an hour are told once it is over, as a whole`() async throws {
        try await with { service, store, billing async throws in
            let (acme, globex) = (TenantID.make(), TenantID.make())
            let now = Timestamp(seconds: 1_700_000_300)
            service.tally.add(acme, received: 10, sent: 100)
            service.tally.add(globex, received: 1, sent: 1)
            service.tally.add(acme, received: 5, sent: 50)
            try await store.add(service.tally.take(), at: now)
            #expect(service.tally.take().isEmpty)
            try await service.handOver(at: now)
            #expect(billing.told.isEmpty)

            billing.setAway(true)
            let later = now + .seconds(1000)
            await #expect(throws: Failure.self) { try await service.handOver(at: later) }
            billing.setAway(false)
            try await service.handOver(at: later)
            try await service.handOver(at: later)
            #expect(billing.told.count == 2)
            let usage = try #require(billing.told.first { $0.tenant == acme.description }).usage
            #expect(usage.requests == 2 && usage.receivedBytes == 15 && usage.sentBytes == 150)
            #expect(usage.bucketAt == Timestamp(seconds: 1_700_000_100))
        }
    }

    @Test func `what grows after it was told is told again`() async throws {
        try await with { service, store, billing async throws in
            let acme = TenantID.make()
            let now = Timestamp(seconds: 1_700_000_100)
            for _ in 0..<2 {
                service.tally.add(acme, received: 1, sent: 1)
                try await store.add(service.tally.take(), at: now)
                try await service.handOver(at: now + .seconds(1000))
            }
            #expect(billing.told.map(\.usage.requests) == [1, 2])
        }
    }

    @Test func `counts that cannot be written down are kept`() async throws {
        let tally = UsageTally()
        let acme = TenantID.make()
        tally.add(acme, received: 1, sent: 2)
        let taken = tally.take()
        tally.add(acme, received: 10, sent: 20)
        tally.restore(taken)
        #expect(tally.take() == [acme: UsageTally.Count(requests: 2, receivedBytes: 11, sentBytes: 22)])
    }
}
