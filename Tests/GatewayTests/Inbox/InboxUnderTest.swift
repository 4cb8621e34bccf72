import Clients
import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import ServiceKit
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Gateway

/// What a service got, as it came over the wire.
struct Delivered: Sendable {
    let method: String
    let target: String
    let headers: HTTPHeaders
    let body: [UInt8]

    var id: String { headers["X-Switchboard-Hook-Id"] ?? "" }
    var text: String { String(decoding: body, as: UTF8.self) }
}

/// The hooks' door on a free port, a database of its own behind it, and a scripted service.
///
/// Confined to the test's loop.
final class InboxUnderTest: @unchecked Sendable {
    static let token = "the-gateways-own-token"
    static let connection = "0195d3f0-0000-7000-8000-000000000001"

    let loop: EventLoop
    let database: Database
    let test: TestDatabase
    let settings: InboxSettings
    let metrics = Metrics()
    let log = LogCapture()
    let client: InternalHTTPClient
    /// Whose host every request is at, unless it says otherwise.
    let tenant = TenantID.make()
    let otherTenant = TenantID.make()
    let service: ScriptedService
    private let upstreams: Upstreams
    private let upstream: InternalHTTPClient
    private var server: HTTPServer?
    private var endpoint = HTTPEndpoint(host: "127.0.0.1", port: 0)
    private var workers: [Task<Void, Never>] = []

    /// Quick where a test would have to wait.
    static var quick: InboxSettings {
        var settings = InboxSettings()
        settings.firstPause = .milliseconds(20)
        settings.longestPause = .milliseconds(60)
        settings.longestAbsence = .milliseconds(60)
        settings.poll = .milliseconds(50)
        settings.deadline = .seconds(2)
        return settings
    }

    private init(
        _ loop: EventLoop, _ database: Database, _ test: TestDatabase, _ settings: InboxSettings,
        patience: Duration?
    ) throws {
        self.loop = loop
        self.database = database
        self.test = test
        self.settings = settings
        client = InternalHTTPClient(loop: loop)
        upstream = InternalHTTPClient(loop: loop)
        service = try ScriptedService(loop)
        upstreams = Upstreams.all(at: service.port, http: upstream)
        let intake = HookIntake(store: store, loop: loop, logger: log.logger(), metrics: metrics)
        let door = HookDoor(
            intake: intake,
            asking: HookAsking(
                forwarder: Forwarder(upstreams: upstreams, tokens: FixedToken(InboxUnderTest.token)), loop: loop,
                patience: patience))
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        endpoint = HTTPEndpoint(host: "127.0.0.1", port: socket.port)
        let server = HTTPServer(loop: loop, socket: socket, logger: log.logger(), metrics: Metrics()) {
            [unowned self] request in
            await answer(request, door)
        }
        self.server = server
        try server.start()
    }

    var store: InboxStore { InboxStore(database: database, settings: settings) }

    var sender: HookSender {
        HookSender(upstreams: upstreams, tokens: FixedToken(InboxUnderTest.token), deadline: settings.deadline)
    }

    /// What the front door does before and after a hook.
    private func answer(_ request: HTTPRequest, _ door: HookDoor) async -> HTTPResponse {
        let visit = Visit(request, requestID: .make(), started: loop.now, scheme: "http")
        do {
            guard let path = NormalisedPath(request.path), let route = RouteTable.route(for: path) else {
                throw Failure(.notFound)
            }
            let tenant = visit.host.hasPrefix("globex") ? otherTenant : tenant
            var response = try await door.answer(visit, path, route, tenant)
            response.headers.set("X-Request-ID", visit.requestIDText)
            return response
        } catch {
            return DoorProblem.response(DoorProblem.failure(for: error), visit.requestID)
        }
    }

    // What a test does.

    /// Sends a hook of a provider; the answer's status.
    @discardableResult
    func tell(
        _ body: String, provider: String = "retell", connection: String = InboxUnderTest.connection, rest: String = "",
        host: String = "acme.localhost:8080", _ headers: HTTPHeaders = [:]
    ) async throws -> Int {
        try await send(
            .post, "/hooks/calls/\(provider)/\(connection)\(rest)", host: host, headers, Array(body.utf8)
        ).status
    }

    func send(
        _ method: HTTPMethod, _ target: String, host: String = "acme.localhost:8080", _ headers: HTTPHeaders = [:],
        _ body: [UInt8] = []
    ) async throws -> HTTPClientResponse {
        var headers = headers
        headers.set("Host", host)
        return try await client.send(
            HTTPClientRequest(
                method: method, target: target, headers: headers, body: body.isEmpty ? .empty : .bytes(body)),
            to: endpoint, deadline: .seconds(30))
    }

    func problem(_ response: HTTPClientResponse) async throws -> Problem {
        try JSON.decode(Problem.self, from: try await response.body.collect(upTo: 65_536))
    }

    /// Begins to deliver; ends with the test.
    @discardableResult
    func work() -> InboxService {
        let service = InboxService(
            store: store, upstreams: upstreams, tokens: FixedToken(InboxUnderTest.token), loop: loop,
            logger: log.logger(), metrics: metrics)
        workers.append(loop.spawn { await service.run() })
        return service
    }

    /// Waits for a condition; the test's time limit is the bound.
    func wait(until condition: () async throws -> Bool) async throws {
        while try await !condition() { try await loop.sleep(for: .milliseconds(10)) }
    }

    /// How many hooks are in a state.
    func count(_ state: String) async throws -> Int {
        try await database.value("SELECT count(*) FROM inbox WHERE state = \(state)", as: Int.self) ?? -1
    }

    /// How many payloads a tenant has.
    func payloads(of tenant: TenantID? = nil) async throws -> Int {
        try await database.tenant(tenant ?? self.tenant).value("SELECT count(*) FROM inbox_payloads", as: Int.self)
            ?? -1
    }

    // Running.

    static func with(
        _ settings: InboxSettings = InboxUnderTest.quick, patience: Duration? = nil,
        _ body: @escaping @Sendable (InboxUnderTest) async throws -> Void
    ) async throws {
        try await withOpenDatabase(migrations: GatewayMigrations.all, service: "gateway") { database, test, loop in
            let inbox = try InboxUnderTest(loop, database, test, settings, patience: patience)
            let result: Result<Void, any Error>
            do { result = .success(try await body(inbox)) } catch { result = .failure(error) }
            await inbox.end()
            try result.get()
        }
    }

    private func end() async {
        for worker in workers { worker.cancel() }
        for worker in workers { await worker.value }
        client.close()
        await server?.drain(within: .zero)
        upstream.close()
        await service.stop()
    }
}

extension Upstreams {
    /// All services at one port.
    static func all(at port: Int, http: InternalHTTPClient) -> Upstreams {
        var addresses: [ServiceName: [UpstreamAddress]] = [:]
        for service in ServiceName.services { addresses[service] = UpstreamAddress.list("http://127.0.0.1:\(port)") }
        return Upstreams(addresses, http: http)
    }
}

/// A service that can be down, keeps what it is sent, and answers as told.
///
/// Confined to the test's loop.
final class ScriptedService: @unchecked Sendable {
    let loop: EventLoop
    let port: Int
    private var server: HTTPServer?
    private(set) var delivered: [Delivered] = []
    var answer: (Delivered) async throws -> HTTPResponse = { _ in HTTPResponse(status: 204) }

    init(_ loop: EventLoop) throws {
        self.loop = loop
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
    }

    func start() throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: port)
        let server = HTTPServer(loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()) {
            [unowned self] request in
            do {
                let hook = Delivered(
                    method: request.method.rawValue, target: request.target, headers: request.headers,
                    body: try await request.body.collect(upTo: 2 << 20))
                delivered.append(hook)
                return try await answer(hook)
            } catch {
                return HTTPResponse(status: 500)
            }
        }
        try server.start()
        self.server = server
    }

    func stop() async {
        await server?.drain(within: .zero)
        server = nil
    }
}
