import BlobStore
import Crypto
import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import Idempotency
import JSON
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@testable import Calls

/// The service's routes with a database, scripted connections, and the jobs run by hand.
///
/// Confined to the test's loop.
final class IngestWorld: @unchecked Sendable {
    static let host = "acme.example.com"

    let loop: EventLoop
    let database: Database
    let tables: TestDatabase
    let trust: TestTrust
    let routes: CallsRoutes
    let handler: HTTPHandler
    let seat: IngestSeat
    let hooks: HookIngest
    /// What tenancy would tell.
    private(set) var connections: [ConnectionID: InternalAPI.Connection] = [:]
    private(set) var opened = 0

    var tenant: TenantID { trust.tenant }

    static func with<Success: Sendable>(
        reach: [AddressGuard.Exception] = [],
        _ body: @escaping @Sendable (IngestWorld) async throws -> Success
    ) async throws -> Success {
        try await withCalls { database, tables, loop in
            try await body(try IngestWorld(loop, database, tables, .all, reach: reach))
        }
    }

    /// With a server on this machine that plays a provider, whose address the adapters are given.
    static func withProvider<Success: Sendable>(
        _ providers: @escaping @Sendable (String) -> [any CallProvider],
        _ body: @escaping @Sendable (IngestWorld, FakeProviderServer) async throws -> Success
    ) async throws -> Success {
        try await withCalls { database, tables, loop in
            let server = try FakeProviderServer(loop)
            let world = try IngestWorld(
                loop, database, tables, CallProviders(providers(server.url)),
                reach: [.endpoint(host: "127.0.0.1", port: server.port)])
            let result: Result<Success, any Error>
            do { result = .success(try await body(world, server)) } catch { result = .failure(error) }
            await server.stop()
            return try result.get()
        }
    }

    private init(
        _ loop: EventLoop, _ database: Database, _ tables: TestDatabase, _ providers: CallProviders,
        reach: [AddressGuard.Exception]
    ) throws {
        self.loop = loop
        self.database = database
        self.tables = tables
        trust = try TestTrust(.calls)
        let box = Box()
        seat = IngestSeat(
            connections: ConnectionClient { id, _ in try await box.open(id) }, agents: .nobody, providers: providers,
            client: try OutboundHTTPClient(
                loop: loop,
                guard: AddressGuard(
                    setting: ProvidersConfiguration.addressesName,
                    exceptions: reach)))
        let logger = Logger(service: "tests", level: .error)
        hooks = HookIngest(
            database: database, connections: seat.connections, agents: .nobody, providers: providers,
            knowledge: trust.knowledge, logger: logger)
        routes = CallsRoutes(
            database: database, blobs: FileBlobStore(root: "/nonexistent"), probe: ProbeProcess(folder: "/"),
            slots: ChildSlots(1),
            hashing: SubjectHashing(secrets: try TestSecrets.box()), live: LiveHub(loop: loop, database: database),
            ingest: seat)
        handler =
            WebApplication(
                loop: loop, logger: logger, metrics: Metrics(), routes: routes.table, trust: try trust.trust(),
                idempotency: IdempotencyStore(database, logger: logger)
            ).handler
        box.world = self
    }

    /// Breaks the circle between the world and what its parts ask it.
    private final class Box: @unchecked Sendable {
        weak var world: IngestWorld?

        func open(_ id: ConnectionID) async throws -> InternalAPI.Connection {
            guard let world, let connection = world.connections[id] else { throw Failure(.notFound) }
            world.opened += 1
            return connection
        }
    }

    @discardableResult
    func connect(
        _ provider: String, credentials: [String: String] = [:], settings: [String: String] = [:],
        id: ConnectionID = .make(), webhookSecrets: [String] = ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]
    ) -> InternalAPI.Connection {
        let connection = InternalAPI.Connection(
            id: id, provider: provider, name: provider, isEnabled: true, timeZone: .utc, country: "US",
            settings: settings, credentials: credentials, webhookSecrets: webhookSecrets, version: 1)
        connections[id] = connection
        return connection
    }

    /// Delivers a hook as the gateway's inbox does.
    func deliver(
        _ body: [UInt8], to connection: InternalAPI.Connection, rest: String = "", headers: HTTPHeaders,
        id: HookID? = .make(), at instant: Timestamp = .now()
    ) async throws -> HTTPResponse {
        var request = try trust.request(
            .post, "/hooks/calls/\(connection.provider)/\(connection.id)\(rest)", as: .anonymous, headers: headers,
            body: HTTPBody(bytes: body))
        request.headers.set("X-Switchboard-Scheme", "https")
        request.headers.set("X-Switchboard-Host", Self.host)
        if let id {
            request.headers.set("X-Switchboard-Hook-Id", id.jsonText)
            request.headers.set("X-Switchboard-Hook-Received-At", instant.jsonText)
        }
        return await handler(request)
    }

    /// Makes calls of what has been delivered.
    func work(_ connection: InternalAPI.Connection) async throws {
        try await hooks.run(connection.id, in: tenant)
    }

    /// All calls of a connection as their rows tell them, without ids and the times of writing.
    func rows(of connection: InternalAPI.Connection) async throws -> [String] {
        try await database.tenant(tenant).values(
            """
            SELECT concat_ws('|', external_id, origin, direction, from_kind, from_value, to_kind, to_value, status,
                provider_status, started_at, answered_at, ended_at, language, metadata, stage, line_value)
            FROM calls WHERE tenant_id = \(tenant) AND source = \(connection.id.jsonText) ORDER BY external_id
            """)
    }

    /// How often each call was written.
    func versions() async throws -> [Int64] {
        try await database.tenant(tenant).values(
            "SELECT version FROM calls WHERE tenant_id = \(tenant) ORDER BY external_id", as: Int64.self)
    }

    func events() async throws -> [String] {
        try await database.tenant(tenant).values(
            "SELECT type FROM outbox_events WHERE tenant_id = \(tenant) ORDER BY occurred_at, id")
    }

    func send(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller = .user(.owner), headers: HTTPHeaders = [:],
        json: JSONValue? = nil
    ) async throws -> HTTPResponse {
        if let json {
            return await handler(try trust.request(method, target, as: caller, headers: headers, json: json))
        }
        return await handler(try trust.request(method, target, as: caller, headers: headers))
    }
}

extension JSONValue {
    /// As bytes.
    var bytes: [UInt8] {
        get throws { try JSON.encode(self) }
    }
}
