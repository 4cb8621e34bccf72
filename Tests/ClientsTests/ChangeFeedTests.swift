import Auth
import Clients
import Crypto
import FoundationEssentials
import HTTPClient
import IO
import JSON
import Models
import Telemetry
import TestSupport
import Testing

@Suite struct ChangeFeedTests {
    private let acme = TenantID.make()
    private let globex = TenantID.make()

    private func value(_ subdomain: String, _ status: TenantStatus = .active) -> ChangeFeedAPI.TenantValue {
        ChangeFeedAPI.TenantValue(
            subdomain: subdomain, status: status, timeZone: TimeZoneName(unchecked: "Europe/Berlin"), country: "DE")
    }

    private func feed(_ tenancy: Tenancy, folder: String? = nil) -> ChangeFeed {
        ChangeFeed(
            loop: tenancy.loop, tenancy: tenancy.endpoint,
            tokens: ServiceTokens(InternalHTTPClient(loop: tenancy.loop), tenancy), folder: folder,
            logger: Logger(service: "test", level: .error))
    }

    @Test func `a snapshot and the changes after it are known`() async throws {
        try await withLoop { [acme, globex] loop in
            let tenancy = try Tenancy(loop)
            // The settings come before their tenant: a snapshot has no promised order.
            try tenancy.has(.settings, "\(acme)", ChangeFeedAPI.SettingsValue(["visibility": "organisation"]))
            try tenancy.has(.entitlements, "\(acme)", Entitlements.seed(for: .growth))
            try tenancy.has(.tenant, "\(acme)", value("acme"))
            try tenancy.has(.tenant, "\(globex)", value("globex"))
            try tenancy.has(.domain, "calls.acme.example", ChangeFeedAPI.DomainValue(tenantID: acme))
            let feed = feed(tenancy)
            await feed.start()
            await feed.waitUntilLoaded()
            let state = feed.state
            #expect(state.tenantCount == 2 && state.sequence == 100)
            let known = try #require(state.tenant(subdomain: "acme"))
            #expect(known.id == acme && known.settings["visibility"] == "organisation" && known.country == "DE")
            #expect(known.entitlements == .seed(for: .growth))
            #expect(state.tenant(globex)?.entitlements == .seed(for: .starter))
            #expect(state.tenant(globex)?.settings.isEmpty == true)
            #expect(state.tenant(domain: "calls.acme.example")?.id == acme)

            try tenancy.change(.tenant, "\(acme)", value("acme-two", .suspended))
            try tenancy.change(.domain, "calls.acme.example", ChangeFeedAPI.DomainValue?.none)
            try tenancy.change(.entitlements, "\(globex)", Entitlements.seed(for: .enterprise))
            try tenancy.change(.settings, "\(globex)", ChangeFeedAPI.SettingsValue(["visibility": "organisation"]))
            try await until(loop) { state.sequence == 104 }
            #expect(state.tenant(subdomain: "acme") == nil)
            #expect(state.tenant(subdomain: "acme-two")?.status == .suspended)
            #expect(state.tenant(acme)?.entitlements == .seed(for: .growth))
            #expect(state.tenant(domain: "calls.acme.example") == nil)
            #expect(state.tenant(globex)?.entitlements == .seed(for: .enterprise))
            #expect(state.tenant(globex)?.settings["visibility"] == "organisation")

            try tenancy.change(.tenant, "\(acme)", ChangeFeedAPI.TenantValue?.none)
            try await until(loop) { state.sequence == 105 }
            #expect(state.tenant(acme) == nil && state.tenant(subdomain: "acme-two") == nil)
            await feed.stop()
            await tenancy.stop()
        }
    }

    @Test func `a lost stream is taken up by its number`() async throws {
        try await withLoop { [acme] loop in
            let tenancy = try Tenancy(loop)
            let feed = feed(tenancy)
            await feed.start()
            await feed.waitUntilLoaded()
            try tenancy.change(.tenant, "\(acme)", value("acme"))
            try await until(loop) { feed.state.sequence == 101 }
            tenancy.endStreams()
            try tenancy.change(.tenant, "\(acme)", value("acme-two"))
            try await until(loop) { feed.state.sequence == 102 }
            #expect(feed.state.tenant(subdomain: "acme-two")?.id == acme)
            #expect(tenancy.opened == [0, 101])
            // What is told twice has no effect twice.
            tenancy.write(Tenancy.lines([.init(sequence: 101, kind: .tenant, key: "\(acme)", value: nil)]))
            try tenancy.change(.connection, "\(ConnectionID.make())", Bool?.none)
            try await until(loop) { feed.state.sequence == 103 }
            #expect(feed.state.tenant(acme) != nil)
            await feed.stop()
            await tenancy.stop()
        }
    }

    @Test func `a snapshot that breaks off changes nothing, and a line that cannot be read begins anew`() async throws {
        try await withLoop { [acme, globex] loop in
            let tenancy = try Tenancy(loop)
            try tenancy.has(.tenant, "\(acme)", value("acme"))
            let feed = feed(tenancy)
            await feed.start()
            await feed.waitUntilLoaded()
            tenancy.opening = Tenancy.lines([.init(sequence: 200, kind: .snapshotStarted, key: "", value: nil)])
            tenancy.endStreams()
            try await until(loop) { tenancy.opened.count == 2 }
            try tenancy.change(.tenant, "\(globex)", value("globex"))
            tenancy.opening = nil
            tenancy.write(Array("{\"nonsense\n".utf8))
            try await until(loop) { feed.state.tenant(globex) != nil }
            #expect(feed.state.tenant(acme) != nil)
            #expect(tenancy.opened == [0, 100, 100])
            await feed.stop()
            await tenancy.stop()
        }
    }

    @Test func `a process starts and serves without tenancy`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try await withLoop { [acme, globex] loop in
            let tenancy = try Tenancy(loop)
            let (session, user) = (SessionID.make(), UserID.make())
            let jwk = JWK(try Ed25519PrivateKey(seed: Array(0..<32)).publicKey, keyID: "k1")
            try tenancy.has(.tenant, "\(acme)", value("acme"))
            try tenancy.has(.signingKey, "k1", jwk)
            let expiry = ChangeFeedAPI.ExpiryValue(tenantID: acme, expiresAt: .now() + .seconds(900))
            try tenancy.has(.revokedSession, "\(session)", expiry)
            try tenancy.has(
                .revokedSession, "\(SessionID.make())",
                ChangeFeedAPI.ExpiryValue(tenantID: acme, expiresAt: .now() - .seconds(1)))
            let feed = feed(tenancy, folder: folder)
            await feed.start()
            await feed.waitUntilLoaded()
            try tenancy.change(.tenant, "\(globex)", value("globex"))
            try tenancy.change(.entitlements, "\(globex)", Entitlements.seed(for: .growth))
            try tenancy.change(.settings, "\(globex)", ChangeFeedAPI.SettingsValue(["visibility": "organisation"]))
            try tenancy.change(.domain, "a.example", ChangeFeedAPI.DomainValue(tenantID: globex))
            try tenancy.change(.userVersion, "\(user)", ChangeFeedAPI.UserVersionValue(tenantID: acme, version: 3))
            try await until(loop) { feed.state.sequence == 105 }
            await feed.stop()
            await tenancy.stop()

            let alone = self.feed(tenancy, folder: folder)
            await alone.start()
            let state = alone.state
            #expect(state.isLoaded && state.sequence == 105 && state.tenantCount == 2)
            #expect(state.tenant(domain: "a.example")?.entitlements == .seed(for: .growth))
            #expect(state.tenant(globex)?.settings["visibility"] == "organisation")
            #expect(state.isRevoked(session) && state.version(of: user) == 3)
            #expect(state.signingKeys.keys == [jwk])
            try await until(loop) { state.isStale(after: .milliseconds(30)) }
            #expect(!state.isStale(after: .seconds(60)))

            // Tenancy is back: the stream goes on behind what was saved.
            try tenancy.start()
            try tenancy.change(.tenant, "\(acme)", value("acme", .suspended))
            try await until(loop) { state.tenant(acme)?.status == .suspended }
            #expect(tenancy.opened == [0, 105])
            await alone.stop()
            await tenancy.stop()
        }
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `a file that cannot be read is no reason not to start`() async throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString).path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data("{\"half".utf8).write(to: URL(fileURLWithPath: folder + "/changes.ndjson"))
        try await withLoop { [acme] loop in
            let tenancy = try Tenancy(loop)
            try tenancy.has(.tenant, "\(acme)", value("acme"))
            let feed = feed(tenancy, folder: folder)
            await feed.start()
            #expect(!feed.state.isLoaded)
            await feed.waitUntilLoaded()
            #expect(feed.state.tenantCount == 1 && tenancy.opened == [0])
            await feed.stop()
            await tenancy.stop()
        }
        try FileManager.default.removeItem(atPath: folder)
    }

    @Test func `every loop has its own copy and its own observers`() async throws {
        try await withLoop { [acme] loop in
            let tenancy = try Tenancy(loop)
            let feed = feed(tenancy)
            let other = EventLoop(name: "other")
            other.start()
            let state = await other.spawn { feed.state(on: other) }.value
            let seen = await other.spawn { () async -> AsyncStream<String> in
                let (changes, saw) = AsyncStream<String>.makeStream()
                state.observe { change in
                    switch change {
                    case .replaced: saw.yield("replaced \(state.tenantCount)")
                    case .tenant(let id, _): saw.yield("tenant \(state.tenant(id)?.subdomain ?? "-")")
                    default: saw.yield("other")
                    }
                }
                return changes
            }.value
            await feed.start()
            await feed.waitUntilLoaded()
            try tenancy.change(.tenant, "\(acme)", value("acme"))
            var all: [String] = []
            for await change in seen {
                all.append(change)
                if all.count == 2 { break }
            }
            #expect(all == ["replaced 0", "tenant acme"])
            // A loop that asks later is told what was before.
            let late = EventLoop(name: "late")
            late.start()
            let third = feed.state(on: late)
            let known = await late.spawn { () async -> String? in
                do { try await until(late) { third.isLoaded } } catch { return nil }
                return third.tenant(acme)?.subdomain
            }.value
            #expect(known == "acme")
            late.stop()
            late.join()
            await feed.stop()
            await tenancy.stop()
            other.stop()
            other.join()
        }
    }

    @Test func `a verifier follows the keys and the revocations`() async throws {
        try await withLoop { [acme] loop in
            let tenancy = try Tenancy(loop)
            let key = try Ed25519PrivateKey(seed: Array(1...32))
            try tenancy.has(.signingKey, "k1", JWK(key.publicKey, keyID: "k1"))
            let feed = feed(tenancy)
            let verifier = try TokenVerifier(issuer: "i", audience: "a", keys: JWKS(keys: []))
            feed.state.keepCurrent(verifier)
            var claims = TokenClaims(
                issuer: "i", audience: "a", subject: "\(UserID.make())", now: .now(), life: .seconds(900))
            claims.tid = acme
            claims.role = .agent
            claims.sid = SessionID.make()
            claims.ver = 1
            let token = try JWTSigner(keyID: "k1", key: key).sign(claims)
            #expect(throws: TokenError.self) { try verifier.verify(token) }
            await feed.start()
            await feed.waitUntilLoaded()
            #expect(try verifier.verify(token).sub == claims.sub)
            let expiry = ChangeFeedAPI.ExpiryValue(tenantID: acme, expiresAt: .now() + .seconds(900))
            try tenancy.change(.revokedSession, try #require(claims.sid).description, expiry)
            try await until(loop) { feed.state.sequence == 101 }
            #expect(throws: TokenError.self) { try verifier.verify(token) }
            await feed.stop()
            await tenancy.stop()
        }
    }
}
