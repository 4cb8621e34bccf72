import Auth
import Crypto
import HTTP
import JSON
import Models
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Tenancy

/// How far others have come, and whether they may stop; confined to the test's loop.
private final class Rounds: @unchecked Sendable {
    var isOver = false
    private var counts: [Int: Int] = [:]
    private var waiting: (until: [Int: Int], resume: CheckedContinuation<Void, Never>)?

    func note(_ number: Int) {
        counts[number, default: 0] += 1
        look()
    }

    /// Returns once each of them has been through a whole round that began after now.
    func wait(for numbers: Range<Int>) async {
        let until = Dictionary(uniqueKeysWithValues: numbers.map { ($0, counts[$0, default: 0] + 2) })
        await withCheckedContinuation {
            waiting = (until, $0)
            look()
        }
    }

    private func look() {
        guard let (until, resume) = waiting, until.allSatisfy({ counts[$0.key, default: 0] >= $0.value }) else {
            return
        }
        waiting = nil
        resume.resume()
    }
}

struct KeyRotationTests {
    private func life(_ world: TenancyWorld) -> SigningKeyLifeStore {
        SigningKeyLifeStore(database: world.database, ring: world.ring)
    }

    /// What the change feed does in a process whose clock is ahead; the keys of the test's own callers stay.
    private func spread(_ world: TenancyWorld, without gone: [String] = [], ahead: Duration = .zero) throws {
        for id in gone { try world.believed.people.setKey(id, nil) }
        for key in world.ring.keys.keys {
            let published = JWK(key.key.publicKey, keyID: key.keyID, notBefore: key.notBefore - ahead)
            try world.believed.people.setKey(key.keyID, published)
        }
    }

    @Test func `no request fails while the keys are replaced`() async throws {
        try await withTenancy { world in
            let log = Logger(service: "tests", level: .error)
            let other = try await SigningKeyService.load(world.database, world.secrets, log)
            for number in 1..<4 { try await world.makeUser("p\(number)@acme.example") }
            let rounds = Rounds()
            let first = try #require(world.ring.keys.signer(at: .now())?.keyID)
            let failures = try await world.together(4) { number in
                guard number > 0 else {
                    for _ in 0..<3 {
                        #expect(try await life(world).rotate(at: .now(), origin: .operator))
                        #expect(try await !life(world).rotate(at: .now(), origin: .operator))
                        try spread(world, ahead: .seconds(61 * 60))
                        // An hour passes; then the loops and processes read the keys one after the other.
                        try await world.force(
                            "UPDATE signing_keys SET active_from = active_from - interval '61 minutes'")
                        try await world.ring.read()
                        let old = try JWTSigner.token(of: other, world)
                        #expect(try await world.send(.get, "/api/v1/auth/sessions", token: old).status == 200)
                        try await other.read()
                        #expect(other.keys.signer(at: .now())?.keyID == world.ring.keys.signer(at: .now())?.keyID)
                        let before = world.ring.keys.keys.map(\.keyID)
                        try await world.ring.refresh(at: .now())
                        let kept = Set(world.ring.keys.keys.map(\.keyID))
                        try spread(world, without: before.filter { !kept.contains($0) })
                        // In an hour everybody has got another token.
                        await rounds.wait(for: 1..<4)
                    }
                    rounds.isOver = true
                    return [String]()
                }
                return try await use(world, number, rounds)
            }
            #expect(failures.flatMap { $0 } == [])
            #expect(world.ring.keys.signer(at: .now())?.keyID != first)
            #expect(try await world.audited(.signingKeyCreated, in: .platform) == 3)
        }
    }

    /// Signs in, and renews and uses tokens until somebody says that it is enough; what went wrong.
    private func use(_ world: TenancyWorld, _ number: Int, _ rounds: Rounds) async throws -> [String] {
        var failures: [String] = []
        var signedIn: TenancyAPI.SignedIn = try await world.signIn("p\(number)@acme.example").decoded()
        repeat {
            let used = try await world.send(.get, "/api/v1/auth/sessions", token: signedIn.accessToken)
            if used.status != 200 { failures.append("a token: \(used.text)") }
            let renewed = try await world.refresh(try #require(signedIn.refreshToken))
            // Others wait for this one, so it goes on with what it has.
            if renewed.status == 200 { signedIn = try renewed.decoded() } else { failures.append(renewed.text) }
            rounds.note(number)
        } while !rounds.isOver
        return failures
    }

    @Test func `a key that others may have seen is out of use at once, and everybody gets tokens of another`()
        async throws
    {
        try await withTenancy { world in
            try await world.makePlatform()
            try await world.makeUser("a@acme.example")
            let before: TenancyAPI.SignedIn = try await world.signIn("a@acme.example").decoded()
            let key = try #require(world.ring.keys.signer(at: .now())?.keyID)
            let position = try await world.newestChange()
            #expect(try await life(world).withdraw(key, at: .now(), origin: .operator))
            #expect(try await !life(world).withdraw(key, at: .now(), origin: .operator))
            let changes = try await world.changes(after: position)
            #expect(changes.map(\.kind) == [.signingKey, .signingKey])
            #expect(changes.last?.key == key && changes.last?.value == nil)
            try spread(world, without: [key])
            let refused = try await world.send(.get, "/api/v1/auth/sessions", token: before.accessToken)
            #expect(refused.status == 401)
            let after: TenancyAPI.SignedIn = try await world.refresh(try #require(before.refreshToken)).decoded()
            #expect(try await world.send(.get, "/api/v1/auth/sessions", token: after.accessToken).status == 200)
            #expect(try await world.audited(.signingKeyWithdrawn, in: .platform) == 1)
        }
    }

    @Test
    func `super admins who operate the platform see the keys and replace them, once they have shown who they are`()
        async throws
    {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let path = "/api/v1/platform/signing-keys"
            let stale = try await world.send(.post, path, as: .user(.superAdmin), in: .platform)
            #expect(try stale.problem().code == "reauthentication_required")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn(root.text, in: .platform).decoded()
            let made = try await world.send(.post, path, token: signedIn.accessToken, in: .platform)
            let keys = try made.decoded(TenancyAPI.SigningKeys.self).keys
            #expect(keys.map(\.state) == [.waiting, .signing] && keys[0].retiresAt == nil)
            #expect(keys[1].retiresAt == keys[0].activeFrom + SigningKeys.retirement)
            let again = try await world.send(.post, path, token: signedIn.accessToken, in: .platform)
            #expect(try again.decoded(TenancyAPI.SigningKeys.self).keys.map(\.id) == keys.map(\.id))
            #expect(!again.text.contains("private"))
            let gone = try await world.send(
                .delete, "\(path)/\(keys[0].id)", token: signedIn.accessToken, in: .platform)
            #expect(gone.status == 204)
            let absent = try await world.send(.delete, "\(path)/nothing", token: signedIn.accessToken, in: .platform)
            #expect(absent.status == 404)
            let listed = try await world.send(.get, path, as: .user(.superAdmin), in: .platform)
            #expect(try listed.decoded(TenancyAPI.SigningKeys.self).keys.map(\.id) == [keys[1].id])
            #expect(try await world.send(.get, path, as: .user(.owner)).status == 404)
        }
    }

    @Test func `all secrets are sealed with the new key, and open without the one before`() async throws {
        try await withTenancy { world in
            let people = [
                try await world.makeUser("a@acme.example"),
                try await world.makeUser("b@globex.example", in: world.other),
            ]
            func stored(_ user: User) async throws -> [UInt8] {
                let rows = SecondFactorStore(rows: world.rows(user.tenantID))
                return try #require(try await rows.find(of: user.id, in: user.tenantID)).secret
            }
            var secrets: [[UInt8]] = []
            for user in people {
                let life = SecondFactorLifeStore(database: world.rows(user.tenantID), secrets: world.secrets)
                _ = try await life.begin(of: user)
                let place = SecondFactor.place(of: user.id, in: user.tenantID)
                secrets.append(try world.secrets.open(try await stored(user), at: place))
            }
            let log = Logger(service: "tests", level: .error)
            let newKey = "b:\(Base64.standard.encode(SecureRandom.bytes(32)))"
            let both = SecretBox(keys: try EncryptionKeys(parsing: "\(newKey),\(world.keyText)"))
            let alone = SecretBox(keys: try EncryptionKeys(parsing: newKey))
            await #expect(throws: CryptoError.self) {
                try await SigningKeyService.load(world.database, alone, log)
            }
            let resealing = Resealing(database: world.database, secrets: both, logger: log)
            #expect(try await resealing.run(origin: .operator) == Resealing.Outcome(resealed: 3, unreadable: 0))
            #expect(try await resealing.run(origin: .operator) == Resealing.Outcome())
            let ring = try await SigningKeyService.load(world.database, alone, log)
            #expect(ring.keys.keys.map(\.keyID) == world.ring.keys.keys.map(\.keyID))
            for (user, secret) in zip(people, secrets) {
                let place = SecondFactor.place(of: user.id, in: user.tenantID)
                #expect(try alone.open(try await stored(user), at: place) == secret)
            }
            #expect(try await world.audited(.secretsResealed, in: .platform) == 1)
        }
    }

    @Test func `a value whose key is gone is counted, and the others are sealed all the same`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("a@acme.example")
            let lost = SecretBox(
                keys: try EncryptionKeys(parsing: "z:\(Base64.standard.encode(SecureRandom.bytes(32)))"))
            _ = try await SecondFactorLifeStore(database: world.rows(world.tenant), secrets: lost).begin(of: user)
            let newKey = "b:\(Base64.standard.encode(SecureRandom.bytes(32)))"
            let both = SecretBox(keys: try EncryptionKeys(parsing: "\(newKey),\(world.keyText)"))
            let resealing = Resealing(
                database: world.database, secrets: both, logger: Logger(service: "tests", level: .error))
            #expect(try await resealing.run(origin: .operator) == Resealing.Outcome(resealed: 1, unreadable: 1))
        }
    }
}

extension JWTSigner {
    /// A token of a person, signed by a ring that has not read the keys lately.
    fileprivate static func token(of ring: SigningKeyService, _ world: TenancyWorld) throws -> String {
        let signer = try #require(ring.keys.signer(at: .now()))
        return try signer.sign(
            .user(
                .make(), in: world.tenant, role: .owner, session: .make(), version: 1, issuer: TestTrust.issuer,
                now: .now()))
    }
}
