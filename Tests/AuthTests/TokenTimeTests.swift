import Crypto
import Models
import Testing

@testable import Auth

@Suite
struct TokenTimeTests {
    private let issuer: Issuer
    private let verifier: TokenVerifier

    init() throws {
        issuer = try Issuer()
        verifier = try issuer.verifier()
    }

    @Test
    func `a token ends at its second, without leeway`() throws {
        let token = try issuer.token()
        #expect(refusal(verifier, token, at: issuer.now + .seconds(899)) == nil)
        #expect(refusal(verifier, token, at: issuer.now + .seconds(900)) == .tokenExpired)
        #expect(refusal(verifier, token, at: issuer.now + .seconds(90_000)) == .tokenExpired)
    }

    @Test
    func `the issuer's clock may be half a minute ahead`() throws {
        let token = try issuer.token()
        #expect(refusal(verifier, token, at: issuer.now - .seconds(30)) == nil)
        #expect(refusal(verifier, token, at: issuer.now - .seconds(31)) == .invalidToken)
    }

    @Test
    func `a token is not used before its time, without leeway`() throws {
        let token = try issuer.token { $0.nbf = issuer.now.seconds + 10 }
        #expect(refusal(verifier, token, at: issuer.now + .seconds(9)) == .invalidToken)
        #expect(refusal(verifier, token, at: issuer.now + .seconds(10)) == nil)
    }

    @Test(arguments: [(Int64(0), Int64(0)), (0, 3601), (.min, .max), (0, .max), (10, 5), (.max, .max)])
    func `a life that is none or too long is refused`(issued: Int64, expires: Int64) throws {
        let token = try issuer.token {
            $0.iat = issued
            $0.exp = expires
        }
        #expect(refusal(verifier, token, at: issuer.now) != nil)
        #expect(refusal(verifier, token, at: Timestamp(seconds: 1)) == .invalidToken)
    }

    @Test
    func `a remembered token does not outlive its end`() throws {
        let token = try issuer.token()
        for second in [0, 1, 899] as [Int64] {
            #expect(refusal(verifier, token, at: issuer.now + .seconds(second)) == nil)
        }
        #expect(verifier.count == 1)
        #expect(refusal(verifier, token, at: issuer.now + .seconds(900)) == .tokenExpired)
    }

    @Test
    func `a remembered token does not outlive its session`() throws {
        let token = try issuer.token()
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        verifier.revoke(sessionID: SessionID.make(), now: issuer.now)
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        verifier.revoke(sessionID: issuer.session, now: issuer.now)
        #expect(refusal(verifier, token, at: issuer.now) == .tokenRevoked)
        #expect(refusal(verifier, try issuer.token(), at: issuer.now) == .tokenRevoked)
    }

    @Test
    func `a remembered token does not outlive the user's version`() throws {
        let token = try issuer.token()
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        verifier.userVersionChanged(issuer.user, 3, now: issuer.now)
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        verifier.userVersionChanged(issuer.user, 4, now: issuer.now)
        #expect(refusal(verifier, token, at: issuer.now) == .tokenRevoked)
        // Told late, an old version does not give life back.
        verifier.userVersionChanged(issuer.user, 2, now: issuer.now)
        #expect(refusal(verifier, token, at: issuer.now) == .tokenRevoked)
        #expect(refusal(verifier, try issuer.token { $0.ver = 4 }, at: issuer.now) == nil)
    }

    @Test
    func `a remembered token does not outlive its API key`() throws {
        let key = APIKeyID.make()
        let token = try issuer.signer.sign(
            .apiKey(
                key, in: issuer.tenant, scopes: [.callsRead], mode: .live, issuer: Issuer.address, now: issuer.now))
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        verifier.revoke(apiKeyID: key, now: issuer.now)
        #expect(refusal(verifier, token, at: issuer.now) == .tokenRevoked)
    }

    @Test
    func `a remembered token does not outlive its signing key`() throws {
        let other = try Issuer(keyID: "key-2")
        let token = try issuer.token()
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        try verifier.setKey("key-2", other.jwks.keys[0])
        #expect(verifier.count == 1)
        try verifier.setKey("key-1", nil)
        #expect(refusal(verifier, token, at: issuer.now) == .invalidToken)
        try verifier.replaceKeys(issuer.jwks)
        #expect(refusal(verifier, token, at: issuer.now) == nil)
        // Another key under the same id.
        try verifier.replaceKeys(JWKS(keys: [JWK(other.key.publicKey, keyID: "key-1")]))
        #expect(refusal(verifier, token, at: issuer.now) == .invalidToken)
    }

    @Test
    func `a tenant that is dropped is verified anew`() throws {
        _ = try verifier.verify(issuer.token(), now: issuer.now)
        verifier.drop(tenant: TenantID.make())
        #expect(verifier.count == 1)
        verifier.drop(tenant: issuer.tenant)
        #expect(verifier.count == 0)
    }

    @Test
    func `the memory is bounded and keeps what is in use`() throws {
        let verifier = try issuer.verifier(capacity: 10)
        let used = try issuer.token()
        for _ in 0..<100 {
            _ = try verifier.verify(issuer.token(), now: issuer.now)
            _ = try verifier.verify(used, now: issuer.now)
            #expect(verifier.count <= 10)
        }
    }

    @Test
    func `revocations that find no room refuse everything from before`() throws {
        var revocations = Revocations(mostEntries: 10)
        let now = issuer.now.seconds
        for _ in 0..<10 { revocations.revoke(session: SessionID.make(), now: now) }
        var before = issuer.claims()
        before.iat = now - 60
        try revocations.check(before)
        revocations.revoke(session: SessionID.make(), now: now)
        #expect(throws: TokenError.self) { try revocations.check(before) }
        var after = issuer.claims()
        after.iat = now + TokenVerifier.issuedAtLeeway + 1
        try revocations.check(after)
        try revocations.check(.visitor(session: .make(), in: issuer.tenant, issuer: "", now: issuer.now))
    }

    @Test
    func `revocations that matter to no token any more make room`() throws {
        var revocations = Revocations(mostEntries: 10)
        let now = issuer.now.seconds
        for _ in 0..<10 { revocations.raise(user: UserID.make(), to: 2, now: now) }
        revocations.revoke(session: SessionID.make(), now: now + 3600)
        var before = issuer.claims()
        before.iat = now - 60
        try revocations.check(before)
    }
}
