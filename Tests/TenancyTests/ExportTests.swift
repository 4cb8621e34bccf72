import BlobStore
import Clients
import Crypto
import Foundation
import HTTP
import HTTPClient
import IO
import JSON
import Jobs
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct ExportTests {
    /// Stands where the other services do.
    private final class Services: Sendable {
        let port: Int

        init(_ loop: EventLoop) throws {
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            port = socket.port
            let server = HTTPServer(loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()) {
                request in Self.answer(request)
            }
            try server.start()
        }

        private static let file = [UInt8](repeating: 7, count: 300_000)

        private static func answer(_ request: HTTPRequest) -> HTTPResponse {
            let isCalls = request.headers["Authorization"] == "Bearer calls"
            switch (request.path, request.query) {
            case ("/internal/export", _):
                let text = isCalls ? #"{"tables":["calls"],"has_files":true}"# : #"{"tables":[],"has_files":false}"#
                return HTTPResponse(status: 200, body: .bytes(Array(text.utf8)))
            case ("/internal/export/tables/calls", _):
                return HTTPResponse(status: 200, body: .bytes(Array("{\"id\":1}\n{\"id\":2}\n".utf8)))
            case ("/internal/export/files", nil):
                return HTTPResponse(status: 200, body: .bytes(Array(#"{"keys":["a/b"],"next":"a/b"}"#.utf8)))
            case ("/internal/export/files", "after=a/b"):
                return HTTPResponse(status: 200, body: .bytes(Array(#"{"keys":["a/c"],"next":null}"#.utf8)))
            case ("/internal/export/file", "key=a/b"), ("/internal/export/file", "key=a/c"):
                return HTTPResponse(status: 200, body: .bytes(file))
            default: return HTTPResponse(status: 404)
            }
        }
    }

    private final class NamedToken: ServiceTokenSource {
        func token(for callee: ServiceName) async throws -> String { callee.rawValue }
        func heldToken(for callee: ServiceName) -> String? { callee.rawValue }
        func drop(_ token: String, for callee: ServiceName) {}
    }

    private func exporting(_ world: TenancyWorld) -> TenantExporting {
        TenantExporting(
            database: world.database, blobs: world.exports, links: InvitationLinks(world.routes.baseURL),
            mail: world.mail)
    }

    /// Runs the job once.
    private func make(_ world: TenancyWorld) async throws {
        let services = try Services(world.loop)
        let (runs, writer) = AsyncStream<Void>.makeStream()
        let exporting = exporting(world)
        let http = InternalHTTPClient(loop: world.loop)
        let runner = JobRunner(
            loop: world.loop, database: world.database, logger: LogCapture().logger(), metrics: Metrics())
        runner.register(ExportJob.self, ExportJob.options) { run, job in
            defer { writer.yield() }
            try await exporting.run(run, job, loop: world.loop) { callee in
                ServiceClient(
                    http: http, endpoint: HTTPEndpoint(host: "127.0.0.1", port: services.port), callee: callee,
                    tokens: NamedToken())
            }
        }
        runner.start()
        for await _ in runs { break }
        await runner.stop(within: .seconds(10))
        http.close()
    }

    private func ask(_ world: TenancyWorld, _ token: String) async throws -> HTTPResponse {
        try await world.send(.post, "/api/v1/exports", token: token)
    }

    /// The entries of an archive with their sizes, as another program reads them.
    private func entries(_ bytes: [UInt8]) throws -> [String: String] {
        let path = "\(FileManager.default.temporaryDirectory.path)/archive-\(UUID()).zip"
        try Data(bytes).write(to: URL(filePath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let program = Process()
        program.executableURL = URL(filePath: "/usr/bin/python3")
        program.arguments = [
            "-c",
            "import sys,zipfile,json;z=zipfile.ZipFile(sys.argv[1]);assert z.testzip() is None;"
                + "print(json.dumps({n:(z.read(n).decode() if len(z.read(n))<200000 else str(len(z.read(n)))) for n in z.namelist()}))",
            path,
        ]
        let output = Pipe()
        program.standardOutput = output
        try program.run()
        let read = output.fileHandleForReading.readDataToEndOfFile()
        program.waitUntilExit()
        return try JSON.decode([String: String].self, from: [UInt8](read))
    }

    @Test func `an owner gets all that the tenant has, for a week, and nothing that opens anything`() async throws {
        try await withTenancy { world in
            let boss = try await world.makeUser("boss@acme.example", .owner)
            try await world.makeUser("stranger@globex.example", .owner, in: world.other)
            let signedIn: TenancyAPI.SignedIn = try await world.signIn("boss@acme.example").decoded()
            let made: TenancyAPI.Export = try await ask(world, signedIn.accessToken).decoded()
            #expect(made.state == .waiting && made.requestedBy == boss.id)
            #expect(try await ask(world, signedIn.accessToken).status == 409)
            let path = "/api/v1/exports/\(made.id)"
            #expect(try await world.send(.get, "\(path)/archive", token: signedIn.accessToken).status == 409)
            try await make(world)

            let ready: TenancyAPI.Export = try await world.send(.get, path, token: signedIn.accessToken).decoded()
            #expect(ready.state == .ready && ready.expiresAt != nil)
            let response = try await world.send(.get, "\(path)/archive", token: signedIn.accessToken)
            #expect(response.headers["Content-Type"] == "application/zip")
            guard case .stream(let length, let write) = response.body else { throw Failure(.internal) }
            let sink = CollectingSink()
            try await write(HTTPBodyWriter(sink))
            #expect(length == ready.sizeBytes && Int64(sink.bytes.count) == length)
            #expect(Hex.encode(SHA256.digest(sink.bytes)) == ready.sha256)

            let entries = try entries(sink.bytes)
            #expect(entries["calls/calls.ndjson"] == "{\"id\":1}\n{\"id\":2}\n")
            #expect(entries["calls/files/a/b"] == "300000" && entries["calls/files/a/c"] == "300000")
            let users = try #require(entries["tenancy/users.ndjson"])
            #expect(users.contains("boss@acme.example") && !users.contains("stranger"))
            let all = entries.values.joined()
            for secret in ["password_hash", "token_digest", "digest\"", "sealed", "salt\""] {
                #expect(!all.contains(secret), "\(secret)")
            }
            let manifest = try #require(entries["manifest.json"])
            #expect(manifest.contains(#""calls/calls":2"#) && manifest.contains(#""files":2"#))
            #expect(try await world.audited(.exportRequested) == 1)
            #expect(try await world.audited(.exportDownloaded) == 1)
            let letters = try await world.force("SELECT count(*)::text FROM jobs WHERE kind = 'send_mail'")
            #expect(letters == [["1"]])
        }
    }

    @Test func `an archive is for owners who have just shown who they are, and open to a suspended tenant's`()
        async throws
    {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let stale = try await world.send(.post, "/api/v1/exports", as: .user(.owner))
            #expect(try stale.problem().code == "reauthentication_required")
            for caller: TestCaller in [.user(.admin), .user(.agent), .apiKey(Set(Scope.allCases))] {
                #expect(try await world.send(.post, "/api/v1/exports", as: caller).status == 403)
                #expect(try await world.send(.get, "/api/v1/exports", as: caller).status == 403)
            }
            let signedIn: TenancyAPI.SignedIn = try await world.signIn("boss@acme.example").decoded()
            try world.trust.knowledge.set(world.tenant, status: .suspended)
            let made: TenancyAPI.Export = try await ask(world, signedIn.accessToken).decoded()
            let foreign = try await world.send(
                .get, "/api/v1/exports/\(made.id)", as: .user(.owner), in: world.other)
            #expect(foreign.status == 404)
        }
    }

    @Test func `archives go after a week, and at once when somebody who is in them is erased`() async throws {
        try await withTenancy { world in
            try await world.makeUser("boss@acme.example", .owner)
            let token = (try await world.signIn("boss@acme.example").decoded() as TenancyAPI.SignedIn).accessToken
            for isErased in [false, true] {
                let made: TenancyAPI.Export = try await ask(world, token).decoded()
                try await make(world)
                #expect(try await world.exports.list(after: nil, limit: 10).count == 1)
                if isErased {
                    let rows = world.rows(world.tenant)
                    #expect(try await TenantExporting.removeAll(of: rows, world.exports) == 1)
                } else {
                    try await exporting(world).expire()
                    #expect(try await world.exports.list(after: nil, limit: 10).count == 1)
                    try await world.force("UPDATE exports SET expires_at = now() - interval '1 s'")
                    try await exporting(world).expire()
                }
                #expect(try await world.exports.list(after: nil, limit: 10).isEmpty)
                let gone: TenancyAPI.Export = try await world.send(
                    .get, "/api/v1/exports/\(made.id)", token: token
                ).decoded()
                #expect(gone.state == .expired)
                let fetched = try await world.send(.get, "/api/v1/exports/\(made.id)/archive", token: token)
                #expect(fetched.status == 409)
            }
        }
    }
}
