import Auth
import BlobStore
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

/// The service's routes on a real listener, with a database, a folder of recordings and a scripted change feed.
///
/// Confined to the test's loop.
final class CallsServer: @unchecked Sendable {
    let loop: EventLoop
    let database: Database
    /// For tests that change the tables themselves.
    let tables: TestDatabase
    let trust: TestTrust
    let scratch: ScratchFolder
    let blobs: FileBlobStore
    let routes: CallsRoutes
    let people = TestPeople()
    let port: Int
    private let server: HTTPServer
    private let client: InternalHTTPClient

    var tenant: TenantID { trust.tenant }

    /// Runs a test against a server of its own.
    static func with<Success: Sendable>(
        reservePercent: Int = 0,
        carriers: @escaping @Sendable (EventLoop, any TenantKnowledge) throws -> CarrierAccess = { _, _ in .nowhere },
        ingest: @escaping @Sendable () -> IngestSeat? = { nil },
        _ body: @escaping @Sendable (CallsServer) async throws -> Success
    ) async throws -> Success {
        try await withCalls { database, tables, loop in
            let server = try CallsServer(
                loop, database, tables, reservePercent: reservePercent, carriers: carriers, ingest: ingest)
            let result: Result<Success, any Error>
            do { result = .success(try await body(server)) } catch { result = .failure(error) }
            server.client.close()
            await server.stop()
            return try result.get()
        }
    }

    private init(
        _ loop: EventLoop, _ database: Database, _ tables: TestDatabase, reservePercent: Int,
        carriers: (EventLoop, any TenantKnowledge) throws -> CarrierAccess, ingest: () -> IngestSeat?
    ) throws {
        self.loop = loop
        self.database = database
        self.tables = tables
        trust = try TestTrust(.calls)
        scratch = try ScratchFolder()
        blobs = FileBlobStore(root: try scratch.folder("blobs"), reservePercent: reservePercent)
        let probe = ProbeProcess(executable: try #require(Tool.calls), folder: try scratch.folder("uploads"))
        let carriers = try carriers(loop, trust.knowledge)
        routes = CallsRoutes(
            database: database, blobs: blobs, probe: probe, slots: ChildSlots(2),
            hashing: SubjectHashing(secrets: try TestSecrets.box()), live: LiveHub(loop: loop, database: database),
            people: people.directory, ingest: ingest(), carriers: carriers)
        let logger = Logger(service: "tests", level: .error)
        let application = WebApplication(
            loop: loop, logger: logger, metrics: Metrics(), routes: routes.table, trust: try trust.trust(),
            idempotency: IdempotencyStore(database, logger: logger))
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        server = HTTPServer(
            loop: loop, socket: socket, logger: logger, metrics: Metrics(), handler: application.handler)
        try server.start()
        client = InternalHTTPClient(loop: loop)
    }

    /// Ends once the requests that it has are through.
    func stop() async { await server.drain(within: .seconds(5)) }

    // Requests.

    struct Answer {
        let status: Int
        let headers: HTTPHeaders
        let bytes: [UInt8]

        func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
            try JSON.decode(type, from: bytes)
        }

        var code: String {
            get throws { try decoded(Problem.self).code }
        }
    }

    func send(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller = .user(.owner), in tenant: TenantID? = nil,
        headers: HTTPHeaders = [:], body: HTTPClientRequest.Body = .empty
    ) async throws -> Answer {
        let made = try trust.request(method, target, as: caller, in: tenant, headers: headers)
        let answer = try await client.send(
            HTTPClientRequest(method: method, target: target, headers: made.headers, body: body),
            to: HTTPEndpoint(host: "127.0.0.1", port: port), deadline: .seconds(30))
        return Answer(
            status: answer.status, headers: answer.headers, bytes: try await answer.body.collect(upTo: 64 << 20))
    }

    /// Records a call with a JSON body, as a caller of the API writes it.
    func post(
        _ json: String, as caller: TestCaller = .user(.owner), in tenant: TenantID? = nil, key: String? = nil
    ) async throws -> Answer {
        var headers: HTTPHeaders = ["Content-Type": "application/json"]
        if let key { headers.set("Idempotency-Key", key) }
        return try await send(
            .post, "/api/v1/calls", as: caller, in: tenant, headers: headers, body: .bytes(Array(json.utf8)))
    }

    func createCall(as caller: TestCaller = .user(.owner), in tenant: TenantID? = nil) async throws -> CallsAPI.Call {
        let answer = try await post(CallsServer.call(), as: caller, in: tenant)
        #expect(answer.status == 201)
        return try answer.decoded()
    }

    func upload(
        _ bytes: [UInt8], to call: CallID, query: String = "", as caller: TestCaller = .user(.owner),
        type: String = "audio/wav"
    ) async throws -> Answer {
        try await send(
            .put, "/api/v1/calls/\(call)/recording\(query)", as: caller, headers: ["Content-Type": type],
            body: .bytes(bytes))
    }

    func get(_ call: CallID, as caller: TestCaller = .user(.owner)) async throws -> CallsAPI.Call {
        try await send(.get, "/api/v1/calls/\(call)", as: caller).decoded()
    }

    static func call(_ extra: String = "", startedAt: Timestamp = .now() - .seconds(300)) -> String {
        """
        {"direction": "inbound", "from": "(415) 555-0123", "to": "201", "started_at": "\(startedAt)",
        "ended_at": "\(startedAt + .seconds(60))", "status": "completed"\(extra)}
        """
    }

    /// Recordings that are stored, with the temporary files of those that are not yet.
    func storedFiles() async throws -> [String] {
        try await blobs.list(after: nil, limit: 1_000).map(\.key.description)
    }
}

/// Recordings made of tones, so that no bytes of a person are kept here.
enum Tones {
    /// 16-bit PCM at 8 kHz.
    static func wav(seconds: Double, channels: Int = 1) -> [UInt8] {
        let frames = Int(seconds * 8_000)
        var data: [UInt8] = []
        for frame in 0..<frames {
            for channel in 0..<channels {
                let period = 20 + channel * 10
                let sample = Int16(frame % period < period / 2 ? 4_000 : -4_000)
                data += [UInt8(truncatingIfNeeded: sample), UInt8(truncatingIfNeeded: sample >> 8)]
            }
        }
        func number(_ value: Int, _ bytes: Int) -> [UInt8] {
            (0..<bytes).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        let format =
            number(1, 2) + number(channels, 2) + number(8_000, 4) + number(8_000 * channels * 2, 4)
            + number(channels * 2, 2) + number(16, 2)
        return Array("RIFF".utf8) + number(36 + data.count, 4) + Array("WAVEfmt ".utf8) + number(16, 4) + format
            + Array("data".utf8) + number(data.count, 4) + data
    }
}

extension CallsServer {
    /// Somebody whom the tenant has.
    func person(_ role: Role = .agent) -> UserID {
        let id = UserID.make()
        people.add(id, role)
        return id
    }

    /// Sends a JSON body, or none.
    func json(
        _ method: HTTPMethod, _ target: String, _ body: String?, as caller: TestCaller = .user(.owner),
        match: String? = nil
    ) async throws -> Answer {
        var headers: HTTPHeaders = [:]
        if let match { headers.set("If-Match", match) }
        guard let body else { return try await send(method, target, as: caller, headers: headers) }
        headers.set("Content-Type", "application/json")
        return try await send(method, target, as: caller, headers: headers, body: .bytes(Array(body.utf8)))
    }
}
