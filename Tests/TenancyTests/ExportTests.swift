import BlobStore
import Crypto
import Foundation
import HTTP
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
    /// What the other services answer.
    private enum Services {
        private static let file = [UInt8](repeating: 7, count: 300_000)

        static func answer(_ request: HTTPRequest) async -> HTTPResponse {
            let isCalls = request.headers["Authorization"] == "Bearer calls"
            if request.path.hasPrefix("/internal/export/person/") { return await answerOfPerson(request) }
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

        /// Knows the one person, by the number and the address.
        private static func answerOfPerson(_ request: HTTPRequest) async -> HTTPResponse {
            do {
                let person = try JSON.decode(
                    InternalAPI.ExportedPerson.self, from: try await request.body.collect(upTo: 65_536))
                guard person.phoneNumbers.map(\.number) == ["+14155550123"], person.emails == ["ada@acme.example"],
                    person.users.count == 1
                else { return HTTPResponse(status: 400) }
                let text =
                    person.table == nil
                    ? #"{"keys":["a/b"],"next":null}"# : "{\"table\":\"\(person.table ?? "")\"}\n"
                return HTTPResponse(status: 200, body: .bytes(Array(text.utf8)))
            } catch { return HTTPResponse(status: 500) }
        }
    }

    private func exporting(_ world: TenancyWorld) -> TenantExporting {
        TenantExporting(
            database: world.database, blobs: world.exports, secrets: world.secrets,
            links: InvitationLinks(world.routes.baseURL),
            mail: world.mail)
    }

    /// Runs the job once.
    private func make(_ world: TenancyWorld) async throws {
        let services = try StandInService(world.loop) { request in await Services.answer(request) }
        let (runs, writer) = AsyncStream<Void>.makeStream()
        let exporting = exporting(world)
        let runner = JobRunner(
            loop: world.loop, database: world.database, logger: LogCapture().logger(), metrics: Metrics())
        runner.register(ExportJob.self, ExportJob.options) { run, job in
            defer { writer.yield() }
            try await exporting.run(run, job, loop: world.loop) { services.client(for: $0) }
        }
        runner.start()
        for await _ in runs { break }
        await runner.stop(within: .seconds(10))
        await services.stop()
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
            guard case .stream(let length, _) = response.body else { throw Failure(.internal) }
            let archive = try await response.collected()
            #expect(length == ready.sizeBytes && Int64(archive.count) == length)
            #expect(Hex.encode(SHA256.digest(archive)) == ready.sha256)

            let entries = try entries(archive)
            #expect(entries["calls/calls.ndjson"] == "{\"id\":1}\n{\"id\":2}\n")
            #expect(entries["calls/files/a/b"] == "300000" && entries["calls/files/a/c"] == "300000")
            let users = try #require(entries["tenancy/users.ndjson"])
            #expect(users.contains("boss@acme.example") && !users.contains("stranger"))
            let all = entries.values.joined()
            for secret in ["password_hash", "token_digest", "digest\"", "sealed", "salt\""] {
                #expect(!all.contains(secret), "\(secret)")
            }
            #expect(
                ready.receipts.map(\.service) == ServiceName.allCases.filter { $0 == .tenancy }
                    + ServiceName.allCases.filter { $0 != .tenancy })
            #expect(ready.receipts.first { $0.service == .calls }?.rows == ["calls": 2])
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
                // Archives of people are for admins too.
                let status = try await world.send(.get, "/api/v1/exports", as: caller).status
                #expect(status == (caller == .user(.admin) ? 200 : 403))
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

    private static let person: JSONValue = ["email": "Ada@acme.example", "phone_number": "(415) 555-0123"]

    @Test func `a super admin gets what the platform's own rows have of a person, and no tenant's`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            try await world.makeUser("ada@acme.example")
            try await world.makeUser("ada@acme.example", .superAdmin, in: .platform)
            let token =
                (try await world.signIn(root.normalised, in: .platform).decoded() as TenancyAPI.SignedIn).accessToken
            let path = "/api/v1/platform/exports"
            let stale = try await world.send(
                .post, "\(path)/people", as: .user(.superAdmin), in: .platform, json: Self.person)
            #expect(try stale.problem().code == "reauthentication_required")
            let response = try await world.send(
                .post, "\(path)/people", token: token, in: .platform, json: Self.person)
            let made: TenancyAPI.Export = try response.decoded()
            #expect(response.headers["Location"] == "\(path)/\(made.id)" && made.kind == .person)
            try await make(world)
            let ready: TenancyAPI.Export = try await world.send(
                .get, "\(path)/\(made.id)", token: token, in: .platform
            ).decoded()
            #expect(ready.state == .ready && ready.receipts.first { $0.service == .tenancy }?.rows["users"] == 1)
            let archive = try entries(
                try await world.send(
                    .get, "\(path)/\(made.id)/archive", token: token, in: .platform
                ).collected())
            let users = try #require(archive["tenancy/users.ndjson"])
            #expect(users.contains("\(TenantID.platform)") && !users.contains("\(world.tenant)"))
            let others = try await world.send(.get, path, as: .superAdmin([.tenants]), in: .platform)
            #expect(others.status == 403)
        }
    }

    @Test func `an admin gets all that there is about a person, with a receipt of each service`() async throws {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            try await world.makeUser("bob@acme.example")
            let boss = try await world.makeUser("boss@acme.example", .admin)
            _ = try await world.signIn("ada@acme.example")
            _ = try await world.signIn("bob@acme.example")
            let token = try await world.token(of: boss)
            let made: TenancyAPI.Export = try await world.post("/api/v1/exports/people", token, Self.person).decoded()
            #expect(made.kind == .person && made.state == .waiting && made.receipts == [])
            let said = try await world.force(
                "SELECT payload::text FROM job_payloads UNION ALL SELECT encode(sealed, 'escape') FROM export_targets")
            #expect(said.count == 2)
            for text in said.joined() {
                #expect(text?.contains("ada") == false && text?.contains("4155550123") == false)
            }
            try await make(world)

            let ready: TenancyAPI.Export = try await world.send(
                .get, "/api/v1/exports/\(made.id)", token: token
            ).decoded()
            #expect(ready.state == .ready)
            #expect(ready.receipts.first { $0.service == .tenancy }?.rows["users"] == 1)
            let calls = try #require(ready.receipts.first { $0.service == .calls })
            #expect(calls.rows == ["calls": 1] && calls.files == 1)
            #expect(try await world.force("SELECT 1::text FROM export_targets") == [])
            let response = try await world.send(.get, "/api/v1/exports/\(made.id)/archive", token: token)
            let entries = try entries(try await response.collected())
            #expect(entries["calls/calls.ndjson"] == "{\"table\":\"calls\"}\n")
            #expect(entries["tenancy/users.ndjson"]?.contains("\(ada.id)") == true)
            // What is theirs without naming them.
            #expect(entries["tenancy/sessions.ndjson"]?.contains("\(ada.id)") == true)
            #expect(entries["tenancy/audit_details.ndjson"]?.isEmpty == false)
            let all = entries.values.joined()
            #expect(!all.contains("bob@acme") && !all.contains("password_hash") && !all.contains("boss@"))
            let again = try await world.post("/api/v1/exports/people", token, [:])
            #expect(again.status == 422)
        }
    }

    @Test func `archives of people are for owners and admins, and a tenant's stays the owner's`() async throws {
        try await withTenancy { world in
            var tokens: [String] = []
            for role in [Role.owner, .admin] {
                let person = try await world.makeUser("\(role.rawValue)@acme.example", role)
                tokens.append(try await world.token(of: person))
            }
            let whole: TenancyAPI.Export = try await ask(world, tokens[0]).decoded()
            for token in tokens {
                #expect(try await world.post("/api/v1/exports/people", token, Self.person).status == 201)
            }
            for caller: TestCaller in [.user(.agent), .apiKey(Set(Scope.allCases)), .anonymous] {
                let status = try await world.send(.post, "/api/v1/exports/people", as: caller, json: Self.person).status
                #expect(status == (caller == .anonymous ? 401 : 403))
            }
            func seen(_ token: String) async throws -> [ExportKind] {
                let page: Page<TenancyAPI.Export> = try await world.send(.get, "/api/v1/exports", token: token)
                    .decoded()
                return page.data.map(\.kind)
            }
            #expect(try await seen(tokens[0]) == [.person, .person, .tenant])
            #expect(try await seen(tokens[1]) == [.person, .person])
            #expect(try await world.send(.get, "/api/v1/exports/\(whole.id)", token: tokens[1]).status == 404)
            #expect(try await world.send(.get, "/api/v1/exports/\(whole.id)/archive", token: tokens[1]).status == 404)
            let stale = try await world.send(.post, "/api/v1/exports/people", as: .user(.admin), json: Self.person)
            #expect(try stale.problem().code == "reauthentication_required")
            for _ in 2..<TenantExport.mostPeople {
                #expect(try await world.post("/api/v1/exports/people", tokens[1], Self.person).status == 201)
            }
            #expect(try await world.post("/api/v1/exports/people", tokens[1], Self.person).status == 409)
        }
    }

    @Test func `an archive is fetched in parts`() async throws {
        try await withTenancy { world in
            let token = try await world.token(of: try await world.makeUser("boss@acme.example", .owner))
            let made: TenancyAPI.Export = try await ask(world, token).decoded()
            try await make(world)
            func fetch(_ headers: HTTPHeaders) async throws -> HTTPResponse {
                var headers = headers
                headers.add("Authorization", "Bearer \(token)")
                return try await world.send(
                    .get, "/api/v1/exports/\(made.id)/archive", as: .anonymous, headers: headers)
            }
            let whole = try await fetch([:])
            let bytes = try await whole.collected()
            let etag = try #require(whole.headers["ETag"])
            #expect(whole.status == 200 && whole.headers["Accept-Ranges"] == "bytes")
            let half = bytes.count / 2
            let rest = try await fetch(["Range": "bytes=\(half)-", "If-Range": etag])
            #expect(rest.status == 206)
            #expect(rest.headers["Content-Range"] == "bytes \(half)-\(bytes.count - 1)/\(bytes.count)")
            #expect(try await rest.collected() == Array(bytes[half...]))
            #expect(try await fetch(["Range": "bytes=\(half)-", "If-Range": "\"other\""]).status == 200)
            #expect(try await fetch(["Range": "bytes=\(bytes.count)-"]).status == 416)
        }
    }
}
