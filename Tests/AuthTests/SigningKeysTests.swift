import Crypto
import JSON
import Models
import Testing

@testable import Auth

@Suite
struct SigningKeysTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    private func key(_ id: String, from moment: Timestamp) throws -> SigningKey {
        SigningKey(keyID: id, key: try .make(), notBefore: moment)
    }

    @Test
    func `published keys are read back`() throws {
        let keys = SigningKeys([try key("a", from: start), try key("b", from: start + .seconds(3600))])
        let bytes = try JSON.encode(keys.published(at: start))
        let read = try JSON.decode(JWKS.self, from: bytes)
        #expect(read.keys.map(\.kid) == ["a", "b"])
        #expect(try read.keys.map { try $0.publicKey() } == keys.keys.map(\.key.publicKey))
        #expect(read.keys.map(\.nbf) == [start.seconds, start.seconds + 3600])
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\"d\""))
    }

    @Test
    func `a key is published an hour before it signs, and kept as long after as its longest token lives`() throws {
        let change = start + SigningKeys.period
        let keys = SigningKeys([try key("new", from: change), try key("old", from: start)])
        #expect(keys.signer(at: start - .seconds(1)) == nil)
        #expect(keys.signer(at: start)?.keyID == "old")
        #expect(keys.signer(at: change - .seconds(1))?.keyID == "old")
        #expect(keys.signer(at: change)?.keyID == "new")
        #expect(keys.published(at: change - .seconds(3600)).keys.map(\.kid) == ["old", "new"])
        for life in [TokenClaims.Life.user, TokenClaims.Life.impersonation, TokenClaims.Life.visitor] {
            #expect(keys.published(at: change + life).keys.map(\.kid) == ["old", "new"])
        }
        let end = change + SigningKeys.retirement
        #expect(keys.published(at: end - .seconds(1)).keys.map(\.kid) == ["old", "new"])
        #expect(keys.published(at: end).keys.map(\.kid) == ["new"])
        #expect(keys.retired(at: end) == ["old"])
    }

    @Test
    func `a successor is made in time`() throws {
        #expect(SigningKeys([]).successorDue(at: start) == start)
        let keys = SigningKeys([try key("a", from: start)])
        let due = start + SigningKeys.period - SigningKeys.notice
        #expect(keys.successorDue(at: due - .seconds(1)) == nil)
        #expect(keys.successorDue(at: due) == start + SigningKeys.period)
    }

    @Test
    func `a token from before its key was in use is refused`() throws {
        let issuer = try Issuer()
        let published = JWKS(keys: [JWK(issuer.key.publicKey, keyID: "key-1", notBefore: issuer.now + .seconds(1))])
        let verifier = try TokenVerifier(issuer: Issuer.address, audience: TokenClaims.audience, keys: published)
        #expect(refusal(verifier, try issuer.token(), at: issuer.now) == .invalidToken)
        #expect(refusal(verifier, try issuer.token { $0.iat += 1 }, at: issuer.now + .seconds(1)) == nil)
    }

    @Test
    func `keys of other kinds, twice, or too many are refused`() throws {
        let issuer = try Issuer()
        let good = try #require(issuer.jwks.keys.first)
        let changes: [(inout JWK) -> Void] = [
            { $0.kty = "RSA" }, { $0.crv = "X25519" }, { $0.alg = "HS256" }, { $0.use = "enc" }, { $0.x = "AAAA" },
            { $0.x += "=" }, { $0.kid = "" }, { $0.kid = "a\"b" },
        ]
        for change in changes {
            var bad = good
            change(&bad)
            #expect(throws: TokenError.self) { try bad.publicKey() }
        }
        let verifier = try issuer.verifier()
        #expect(throws: TokenError.self) { try verifier.replaceKeys(JWKS(keys: [good, good])) }
        #expect(throws: TokenError.self) {
            try verifier.replaceKeys(JWKS(keys: Array(repeating: good, count: JWKS.mostKeys + 1)))
        }
        #expect(throws: TokenError.self) { try verifier.setKey("other", good) }
        #expect(refusal(verifier, try issuer.token(), at: issuer.now) == nil)
    }
}
