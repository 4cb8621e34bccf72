import Crypto
import HTTP
import JSON
import Models
import Telemetry
import Testing
import WebTestSupport

@testable import Tenancy

/// A tenant's accounts at providers: what is told, to whom, and what never is.
@Suite(.timeLimit(.minutes(20))) struct ConnectionTests {
    private static let path = "/api/v1/connections"
    private static let retell: JSONValue = [
        "provider": "retell", "name": "Sales agents", "credentials": ["api_key": "key_s3cret"], "country": "DE",
    ]

    private func create(
        _ world: TenancyWorld, _ body: JSONValue = ConnectionTests.retell, as caller: TestCaller = .user(.owner)
    ) async throws -> HTTPResponse {
        try await world.send(.post, Self.path, as: try await world.proven(caller), json: body)
    }

    private func open(
        _ world: TenancyWorld, _ id: ConnectionID, as service: ServiceName = .calls
    ) async throws -> HTTPResponse {
        await world.internal(
            try world.trust.request(
                .get, "/internal/connections/\(id)", as: .service(service), in: world.tenant))
    }

    @Test func `every line of the table of providers can be read`() {
        #expect(ProviderTable.providers.reduce(0) { $0 + $1.fields.count } == ProviderTable.fieldCount)
        #expect(Set(ProviderTable.providers.map(\.name)).count == ProviderTable.providers.count)
        #expect(ProviderTable.provider("retell")?.field("api_key")?.kind == .secret)
        #expect(ProviderTable.provider("generic")?.fields.allSatisfy { !$0.isRequired } == true)
    }

    @Test func `credentials are told to a service that uses them and to nobody else`() async throws {
        try await withTenancy { world in
            let response = try await create(world)
            #expect(response.status == 201 && !response.text.contains("s3cret"))
            let made: TenancyAPI.Connection = try response.decoded()
            #expect(made.credentials == ["api_key"] && made.isEnabled)
            #expect(made.hookURL == "http://acme.localhost:8080/hooks/calls/retell/\(made.id)")
            let secret = try #require(made.webhookSecret)
            #expect(secret.hasPrefix("whsec_"))
            for target in [Self.path, "\(Self.path)/\(made.id)", "/api/v1/audit"] {
                let seen = try await world.send(.get, target, as: .user(.owner))
                #expect(seen.status == 200 && !seen.text.contains("s3cret") && !seen.text.contains(secret), "\(target)")
            }
            #expect(try await world.send(.get, Self.path, as: .user(.agent)).status == 403)
            for table in ["connections", "audit_details", "audit_log", "changes"] {
                let rows = try await world.force("SELECT t::text FROM \(table) AS t")
                #expect(rows.allSatisfy { $0[0]?.contains("s3cret") == false }, "\(table)")
            }
            let opened: InternalAPI.Connection = try await open(world, made.id).decoded()
            #expect(opened.credentials == ["api_key": "key_s3cret"] && opened.webhookSecrets == [secret])
            #expect(opened.country == "DE" && opened.timeZone == .utc)
            #expect(try await open(world, made.id, as: .gateway).status == 403)
            let other = await world.internal(
                try world.trust.request(
                    .get, "/internal/connections/\(made.id)", as: .service(.calls), in: world.other))
            #expect(other.status == 404)
            #expect(try await world.audited(.connectionCreated) == 1)
        }
    }

    @Test func `fields are checked by their provider, each named at once`() async throws {
        try await withTenancy { world in
            let body: JSONValue = [
                "provider": "grandstream_ucm", "name": "PBX",
                "settings": ["address": "ftp://pbx", "interface": "old", "colour": "red"],
                "credentials": ["password": "p", "user": "x"],
            ]
            #expect(
                try await create(world, body).problem().errors.map(\.pointer) == [
                    "/credentials/user", "/settings/address", "/settings/colour", "/settings/interface",
                    "/settings/user",
                ])
            let unknown = try await create(world, ["provider": "nobody", "name": "x"])
            #expect(try unknown.problem().errors.map(\.pointer) == ["/provider"])
            #expect(try await create(world, ["provider": "generic", "name": "x", "country": "de"]).status == 422)
            #expect(try await create(world, ["provider": "generic", "name": "x"]).status == 201)
        }
    }

    @Test func `a change is told in the feed, and another address needs its own secret`() async throws {
        try await withTenancy { world in
            let made: TenancyAPI.Connection = try await create(
                world,
                [
                    "provider": "grandstream_ucm", "name": "PBX",
                    "settings": ["address": "https://pbx.acme.example:8443", "user": "api"],
                    "credentials": ["password": "p4ss"],
                ]
            ).decoded()
            let path = "\(Self.path)/\(made.id)"
            func patch(_ body: JSONValue, _ match: String) async throws -> HTTPResponse {
                let caller = try await world.proven(.user(.admin))
                return try await world.send(.patch, path, as: caller, headers: ["If-Match": match], json: body)
            }
            let moved = try await patch(["settings": ["address": "https://evil.example"]], "\"1\"")
            #expect(try moved.problem().errors.map(\.pointer) == ["/credentials/password"])
            #expect(try await patch(["name": "Old PBX"], "\"1\"").status == 200)
            #expect(try await patch(["name": "New PBX"], "\"1\"").status == 412)
            let changes = try await world.force(
                "SELECT count(*) FROM changes WHERE kind = 'connection' AND key = '\(made.id)'")
            #expect(changes == [["2"]])
            let opened: InternalAPI.Connection = try await open(world, made.id).decoded()
            #expect(opened.name == "Old PBX" && opened.credentials == ["password": "p4ss"])
            let removed = try await world.send(.delete, path, as: .user(.owner), headers: ["If-Match": "*"])
            #expect(removed.status == 204)
            #expect(try await open(world, made.id).status == 404)
        }
    }

    @Test func `whoever writes secrets has just shown who they are, and a name is none`() async throws {
        try await withTenancy { world in
            let made: TenancyAPI.Connection = try await create(world).decoded()
            let path = "\(Self.path)/\(made.id)"
            func code(_ response: HTTPResponse) throws -> String { try response.problem().code }
            let unproven = TestCaller.user(.owner)
            #expect(
                try code(await world.send(.post, Self.path, as: unproven, json: Self.retell))
                    == "reauthentication_required")
            #expect(
                try code(await world.send(.post, "\(path)/webhook-secret", as: unproven, json: [:]))
                    == "reauthentication_required")
            for body: JSONValue in [["credentials": ["api_key": "other"]], ["settings": [:]]] {
                let refused = try await world.send(
                    .patch, path, as: unproven, headers: ["If-Match": "*"], json: body)
                #expect(try code(refused) == "reauthentication_required", "\(body)")
            }
            let opened: InternalAPI.Connection = try await open(world, made.id).decoded()
            #expect(opened.credentials == ["api_key": "key_s3cret"])
            for body: JSONValue in [["name": "Others"], ["is_enabled": false]] {
                let changed = try await world.send(
                    .patch, path, as: unproven, headers: ["If-Match": "*"], json: body)
                #expect(changed.status == 200, "\(body)")
            }
        }
    }

    @Test func `the hook secret before a rotation counts for its grace alone`() async throws {
        try await withTenancy { world in
            let made: TenancyAPI.Connection = try await create(world).decoded()
            let rotate = "\(Self.path)/\(made.id)/webhook-secret"
            let owner = try await world.proven(.user(.owner))
            let next: TenancyAPI.Connection = try await world.send(
                .post, rotate, as: owner, json: ["grace_hours": 1]
            ).decoded()
            var opened: InternalAPI.Connection = try await open(world, made.id).decoded()
            #expect(opened.webhookSecrets == [next.webhookSecret, made.webhookSecret].compactMap { $0 })
            try await world.force("UPDATE connections SET secret_until = now() - interval '1 second'")
            opened = try await open(world, made.id).decoded()
            #expect(opened.webhookSecrets == [next.webhookSecret].compactMap { $0 })
            let last: TenancyAPI.Connection = try await world.send(
                .post, rotate, as: owner, json: ["grace_hours": 0]
            ).decoded()
            opened = try await open(world, made.id).decoded()
            #expect(opened.webhookSecrets == [last.webhookSecret].compactMap { $0 })
        }
    }

    @Test func `secrets are sealed anew with another key`() async throws {
        try await withTenancy { world in
            let made: TenancyAPI.Connection = try await create(world).decoded()
            let next = "b:\(Base64.standard.encode(SecureRandom.bytes(32))),\(world.keyText)"
            let box = SecretBox(keys: try EncryptionKeys(parsing: next))
            let walk = Resealing(
                database: world.database, secrets: box, logger: Logger(service: "tests", level: .error))
            let outcome = try await walk.run(origin: Origin(actor: .operator))
            #expect(outcome.unreadable == 0 && outcome.resealed > 0)
            let stored = try #require(
                try await ConnectionStore(rows: world.rows(world.tenant)).find(made.id, in: world.tenant))
            #expect(try !box.isOutdated(stored.sealed))
            #expect(try stored.secrets(box, in: world.tenant).credentials == ["api_key": "key_s3cret"])
        }
    }
}
