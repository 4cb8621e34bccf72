import Crypto
import Foundation
import HTTP
import JSON
import LifeCycle
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

/// Whom a restored database has brought back.
@Suite(.timeLimit(.minutes(20))) struct ErasureReplayTests {
    /// Stands where the other services do: calls has a few lines, one of which is of the person, and so has the gateway.
    private func replay(
        _ world: TenancyWorld, secrets: SecretBox? = nil, now: Timestamp = .now(),
        calls lines: String = #"{"from":"+14155550188"}\#n{"raw":"(415) 555-0123","from":"+1 415-555-0123"}\#n"#,
        gateway hooks: String = ""
    ) async throws {
        let services = try StandInService(world.loop) { request in
            guard request.path == "/internal/export/texts" else { return HTTPResponse(status: 404) }
            let said =
                switch request.headers["Authorization"] {
                case "Bearer calls": lines
                case "Bearer gateway": hooks
                default: ""
                }
            return HTTPResponse(status: 200, body: .bytes(Array(said.utf8)))
        }
        try await ErasureReplay(
            database: world.database, secrets: secrets ?? world.secrets, journal: world.journal,
            backupLife: .seconds(86_400),
            clients: { services.client(for: $0) }
        ).run(LogCapture().logger(), now: now)
        await services.stop()
    }

    private func life(_ world: TenancyWorld, _ owner: TenantID? = nil) -> ErasureLifeStore {
        ErasureLifeStore(database: world.rows(owner ?? world.tenant), secrets: world.secrets)
    }

    private static let person = ErasureTarget(
        phoneNumbers: [.init(number: "+14155550123", national: "4155550123")], emails: ["ada@acme.example"])

    /// An erasure that was written down, in a database that knows nothing of it any more.
    private func forget(_ world: TenancyWorld, _ kind: ErasureKind, _ target: ErasureTarget) async throws -> ErasureID {
        let owner = kind == .tenant ? TenantID.platform : world.tenant
        let made = try #require(
            try await life(world, owner).begin(
                kind, of: kind == .tenant ? world.other : world.tenant, target, by: nil, origin: .operator))
        try await world.journal.append(JournalEntry(made, target, world.secrets))
        try await world.force("DELETE FROM erasures WHERE id = '\(made.id)'")
        return made.id
    }

    @Test func `a person who came back with a restore is found again by digests, and erased under the same id`()
        async throws
    {
        try await withTenancy { world in
            let ada = try await world.makeUser("ada@acme.example")
            try await world.makeUser("bob@acme.example")
            let id = try await forget(world, .person, Self.person)
            let written = String(decoding: try Data(contentsOf: URL(filePath: world.journal.path)), as: UTF8.self)
            // An "@" or "+1415" stands in no digest; "ada" alone is three hexadecimal digits.
            #expect(!written.contains("ada@") && !written.contains("acme.example") && !written.contains("4155550123"))
            try await replay(world)
            try await replay(world)
            #expect(try await world.journal.entries().map(\.id) == [id])
            #expect(try await world.force("SELECT id::text FROM erasures") == [[id.description]])
            let (erasure, target) = try #require(try await life(world).find(id))
            #expect(erasure.kind == .person && erasure.requestedBy == nil && target.emails == ["ada@acme.example"])
            #expect(Set(target.phoneNumbers.map(\.number)) == ["+14155550123", "+4155550123", ""])
            let outcome = try await ErasurePursuit.steps(world.exports).person(
                target.erasure(erasure), "ada@acme", world.rows(world.tenant))
            #expect(outcome.erased["users"] == 1)
            #expect(try await world.person(ada.id).name == "[erased]")
            #expect(try await world.audited(.erasureRequested) == 2)
        }
    }

    @Test func `an erasure of nobody who is left begins too, and one that the database knows is left alone`()
        async throws
    {
        try await withTenancy { world in
            let known = try #require(
                try await life(world).begin(.person, of: world.tenant, Self.person, by: nil, origin: .operator))
            try await world.journal.append(JournalEntry(known, Self.person, world.secrets))
            let other = ErasureTarget(phoneNumbers: [], emails: ["gone@acme.example"])
            let id = try await forget(world, .person, other)
            // What was cut off and what is none harms nobody.
            let file = try FileHandle(forWritingTo: URL(filePath: world.journal.path))
            try file.seekToEnd()
            try file.write(contentsOf: Data("nonsense\n{\"id\":".utf8))
            try file.close()
            try await replay(world)
            let (_, target) = try #require(try await life(world).find(id))
            #expect(target.emails.isEmpty && target.phoneNumbers.isEmpty)
            #expect(try await world.force("SELECT count(*)::text FROM erasures") == [["2"]])
        }
    }

    @Test func `a tenant that came back goes again, and one that is gone takes its people with it`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let id = try await forget(world, .tenant, ErasureTarget(phoneNumbers: [], emails: []))
            let gone = Erasure(
                id: .make(), owner: .make(), kind: .person, erasedTenant: .make(), requestedAt: .now())
            try await world.journal.append(JournalEntry(gone, Self.person, world.secrets))
            try await replay(world)
            #expect(
                try await world.force("SELECT id::text, kind, erased_tenant::text FROM erasures")
                    == [[id.description, "tenant", world.other.description]])
        }
    }

    @Test func `a number that stands in a waiting hook alone is found, and so is one in a table that no archive has`()
        async throws
    {
        try await withTenancy { world in
            let number = ErasureTarget(phoneNumbers: Self.person.phoneNumbers, emails: [])
            let (first, second) = (
                try await forget(world, .person, number),
                try await forget(world, .person, ErasureTarget(phoneNumbers: [], emails: ["cleo@acme.example"]))
            )
            // Letters that were handed over lie in the queue for a while.
            try await world.force(
                """
                WITH job AS (
                    INSERT INTO jobs (tenant_id, id, kind, state) VALUES ('\(world.tenant)', gen_random_uuid(), 'x', 'dead')
                    RETURNING tenant_id, id
                )
                INSERT INTO job_payloads (tenant_id, job_id, payload)
                SELECT tenant_id, id, '{"note":"to\\ncleo@acme.example"}' FROM job
                """)
            try await replay(
                world, calls: "", gateway: #"{"body":"From=%2B1+415+555+0123&To=201","target":"/hooks"}"# + "\n")
            let (_, called) = try #require(try await life(world).find(first))
            #expect(called.phoneNumbers.map(\.number).contains("+14155550123"))
            let (_, written) = try #require(try await life(world).find(second))
            #expect(written.emails == ["cleo@acme.example"])
        }
    }

    @Test func `what no backup can bring back is forgotten, and what is still to be done is kept`() async throws {
        try await withTenancy { world in
            let known = try #require(
                try await life(world).begin(.person, of: world.tenant, Self.person, by: nil, origin: .operator))
            try await world.journal.append(JournalEntry(known, Self.person, world.secrets))
            let gone = Erasure(
                id: .make(), owner: world.tenant, kind: .person, erasedTenant: .make(), requestedAt: .now())
            try await world.journal.append(JournalEntry(gone, Self.person, world.secrets))
            let open = try await forget(world, .person, ErasureTarget(phoneNumbers: [], emails: ["gone@acme.example"]))
            try await replay(world)
            #expect(try await world.journal.entries().count == 3)
            try await world.force("DELETE FROM erasures WHERE id = '\(open)'")
            try await replay(world, now: .now() + .seconds(86_401))
            #expect(try await world.journal.entries().map(\.id) == [open])
            #expect(try await life(world).find(open) != nil)
            // Now that the database knows it, it goes too; what is added then lies in the file that replaced the other.
            try await replay(world, now: .now() + .seconds(86_401))
            #expect(try await world.journal.entries() == [])
            try await world.journal.append(JournalEntry(known, Self.person, world.secrets))
            #expect(try await world.journal.entries().map(\.id) == [known.id])
        }
    }

    @Test func `without the key of the digests nobody is erased, and nothing is lost`() async throws {
        try await withTenancy { world in
            let id = try await forget(world, .person, Self.person)
            let strange = SecretBox(
                keys: try EncryptionKeys(parsing: "z:\(Base64.standard.encode(SecureRandom.bytes(32)))"))
            try await replay(world, secrets: strange)
            #expect(try await world.force("SELECT 1::text FROM erasures") == [])
            try await replay(world)
            #expect(try await life(world).find(id) != nil)
        }
    }

    @Test(arguments: [
        ("+14155550123", true), ("(415) 555-0123", true), ("0014155550123 ", true), ("04155550123", true),
        ("+1 415.555.0123", true), ("14155550123x", true), ("914155550123", false), ("415 555 01234", false),
        ("415-555-0123-7", true), ("call 7 (415) 555-0123", true), ("ADA@acme.example.", true),
        ("mailto:ada@acme.example?x", true), ("xada@acme.example", false), ("ada@acme.example.com", false),
        (#"mail:\nada@acme.example\n"#, true), (#"tel\n415\u00a0555\t0123"#, true), ("to=%2B1+415+555+0123", true),
        ("mail=Ada%40acme.example", true), (#"{\"tel\":\"+1\/415 5550123\"}"#, true),
        (#"\\x7b2274656c223a222b3134313535353530313233227d"#, true), (#"\\x6164614061636d652e6578616d706c65"#, true),
        (#"\\x6164614061636d652e6578616d706c"#, false),
        (#"payload=%7B%22tel%22%3A%22%5Cn0415+555+0123%22%7D"#, true),
        (#"payload=%7B%22tel%22%3A%22%5Cn0415+555+0124"#, false),
    ])
    func `numbers and addresses are known again however they are written`(text: String, isKnown: Bool) throws {
        let key = [UInt8](repeating: 7, count: 32)
        let tenant = TenantID.make()
        let id = ErasureID.make()
        let wanted = ["14155550123", "4155550123", "ada@acme.example"].map {
            (PersonDigests.digest($0, of: tenant, key), [id])
        }
        var finder = PersonFinder(tenant: tenant, key: key, wanted: Dictionary(uniqueKeysWithValues: wanted))
        finder.look(Array("{\"note\":\"\(text)\"}\n".utf8)[...])
        #expect((finder.found[id] != nil) == isKnown)
    }
}
