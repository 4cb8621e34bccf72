import Auth
import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

/// Attacks on what a provider says of who has signed in.
@Suite(.timeLimit(.minutes(20))) struct IdentityTokenTests {
    private static let expected = IdentityToken.Expectation(
        issuer: "https://id.acme.example", clientID: "client", nonce: "the nonce", now: 1_800_000_000)

    private let signer: FakeProvider.Key
    private let keys: ProviderKeys

    init() throws {
        signer = FakeProvider.Key(id: "one", key: try .make())
        keys = try #require(ProviderKeys(["keys": .array([FakeProvider.jwk(signer)])]))
    }

    private func payload(_ changes: [String: JSONValue] = [:]) -> JSONValue {
        var members: [String: JSONValue] = [
            "iss": "https://id.acme.example", "aud": "client", "sub": "1", "nonce": "the nonce",
            "iat": 1_800_000_000, "exp": 1_800_000_300,
        ]
        members.merge(changes) { $1 }
        return .object(members.filter { $0.value != .null }.map { .init($0.key, $0.value) })
    }

    private func reason(_ token: String, _ keys: ProviderKeys? = nil) -> String? {
        do throws(IdentityToken.Fault) {
            _ = try IdentityToken(token).claims(keys: keys ?? self.keys, Self.expected)
            return nil
        } catch { return error.reason }
    }

    private func reason(_ changes: [String: JSONValue], _ header: [JSONValue.Member] = []) throws -> String? {
        reason(try FakeProvider.token(payload(changes), signer, header))
    }

    @Test func `a token that says all that is asked for is believed`() throws {
        #expect(try reason([:]) == nil)
        for changes: [String: JSONValue] in [
            ["aud": ["client"]], ["aud": ["client", "other"], "azp": "client"], ["azp": "client"],
            ["exp": 1_799_999_950], ["iat": 1_800_000_050], ["iat": .double(1_800_000_000.5)], ["nbf": 1_800_000_050],
            ["iat": 1_799_999_500],
        ] {
            #expect(try reason(changes) == nil, "\(changes)")
        }
    }

    @Test func `a claim that is wrong, late, early or missing is refused`() throws {
        let lies: [([String: JSONValue], String)] = [
            (["iss": "https://evil.example"], "of another issuer"),
            (["iss": "https://id.acme.example/"], "of another issuer"),
            (["iss": .null], "of another issuer"), (["aud": "other"], "for another client"),
            (["aud": .null], "for another client"), (["aud": []], "for another client"),
            (["aud": ["other"]], "for another client"), (["aud": ["client", "other"]], "for several clients"),
            (["azp": "other"], "given to another client"),
            (["aud": ["client", "other"], "azp": "other"], "given to another client"),
            (["exp": 1_799_999_940], "expired"), (["exp": .null], "without its times"),
            (["exp": "1800000300"], "without its times"), (["iat": .null], "without its times"),
            (["iat": 1_800_000_061], "issued in the future; are the clocks right?"),
            (["iat": 1_799_999_399], "issued long ago"), (["nbf": 1_800_000_061], "not yet valid"),
            (["nbf": "soon"], "not yet valid"), (["nonce": .null], "of another sign-in"),
            (["nonce": "the nonce "], "of another sign-in"), (["sub": .null], "about nobody"),
            (["sub": ""], "about nobody"), (["sub": 1], "about nobody"),
            (["sub": .string(String(repeating: "x", count: 256))], "about nobody"),
        ]
        for (changes, expected) in lies { #expect(try reason(changes) == expected, "\(changes)") }
    }

    @Test func `no header chooses how it is checked`() throws {
        for algorithm: JSONValue in ["none", "None", "HS256", "ES256K", "RS512", "PS256", "ES384", "", 1, .null] {
            #expect(try reason([:], [.init("alg", algorithm)]) == "an algorithm that is not allowed", "\(algorithm)")
        }
        // The key's own algorithm counts: the header's claim of another finds no key.
        for algorithm in ["RS256", "ES256"] {
            #expect(try reason([:], [.init("alg", .string(algorithm))]) == "signed with an unknown key")
        }
        #expect(try reason([:], [.init("crit", ["exp"])]) == "an extension that must be understood")
        #expect(try reason([:], [.init("kid", "two")]) == "signed with an unknown key")
        // What could lead to another key is passed over.
        let own = FakeProvider.Key(id: "one", key: try .make())
        let header: [JSONValue.Member] = [
            .init("jwk", FakeProvider.jwk(own)), .init("jku", "https://evil.example/keys"),
            .init("x5u", "https://evil.example/x"),
        ]
        #expect(reason(try FakeProvider.token(payload(), own, header)) == "a wrong signature")
        #expect(try reason([:], header) == nil)
    }

    @Test func `a signature is of the provider's keys, whole, and of this text`() throws {
        let token = try FakeProvider.token(payload(), signer)
        let parts = token.split(separator: ".").map(String.init)
        let other = try FakeProvider.token(payload(["sub": "2"]), signer).split(separator: ".").map(String.init)
        #expect(reason("\(parts[0]).\(other[1]).\(parts[2])") == "a wrong signature")
        #expect(reason("\(parts[0]).\(parts[1]).") == "a wrong signature")
        #expect(reason("\(parts[0]).\(parts[1])") == "not a signed token")
        #expect(reason("\(token).x") == "not a signed token")
        #expect(reason("") == "not a signed token")
        #expect(reason(token + String(repeating: "A", count: 65_536)) == "too long")
        #expect(reason("\(parts[0]).\(parts[1])=.\(parts[2])") == "not a signed token")
        // A token without the name of its key may be of any of the provider's keys, and of no others.
        #expect(reason(try FakeProvider.token(payload(), .init(id: nil, key: signer.key))) == nil)
        #expect(reason(try FakeProvider.token(payload(), .init(id: nil, key: .make()))) == "a wrong signature")
        // A claim that stands twice has two readings.
        let doubled = Array(#"{"iss":"https://id.acme.example","iss":"https://evil.example"}"#.utf8)
        let signed = "\(parts[0]).\(Base64.url.encode(doubled))"
        let signature = Base64.url.encode(try signer.key.sign(Array(signed.utf8)))
        #expect(["not readable", "not readable in one way"].contains(reason("\(signed).\(signature)")))
    }

    @Test func `keys for other uses, of other kinds or made for others are no keys`() throws {
        let key = FakeProvider.jwk(signer)
        guard case .object(let members) = key else { return }
        func count(_ changes: [String: JSONValue]) -> Int? {
            let changed = members.filter { changes[$0.name] == nil } + changes.map { .init($0.key, $0.value) }
            return ProviderKeys(["keys": [.object(changed)]])?.entries.count
        }
        #expect(count([:]) == 1)
        for changes: [String: JSONValue] in [
            ["use": "enc"], ["alg": "RS256"], ["kty": "oct"], ["crv": "Ed448"], ["x": "AA"], ["x": 1], ["kty": "EC"],
            ["kty": "RSA"],
        ] {
            #expect(count(changes) == 0, "\(changes)")
        }
        #expect(ProviderKeys(["keys": "none"]) == nil && ProviderKeys([]) == nil)
        #expect(ProviderKeys(["keys": .array(Array(repeating: key, count: 65))]) == nil)
    }

    @Test func `a token that is refused lets nobody in and is in the audit log with its reason`() async throws {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                let refused = "/sign-in?sso_error=token_refused"
                for claims: [String: JSONValue] in [["nonce": "x"], ["aud": "x"], ["iss": "x"], ["exp": 1]] {
                    provider.claims = claims
                    #expect(try await world.singleSignOn(provider) == refused, "\(claims)")
                }
                provider.claims = [:]
                provider.spoil = { "\($0.split(separator: ".").dropLast().joined(separator: "."))." }
                #expect(try await world.singleSignOn(provider) == refused)
                provider.spoil = { $0 }
                provider.signer = FakeProvider.Key(id: "one", key: try .make())
                #expect(try await world.singleSignOn(provider) == refused)
                #expect(try await world.person("ada@acme.example") == nil)
                let log: Page<TenancyAPI.AuditEntry> = try await world.send(
                    .get, "/api/v1/audit?action=single_sign_on.refused", as: .user(.owner)
                ).decoded()
                #expect(log.total == 6)
                let newest = try #require(log.data.first?.after)
                #expect(String(decoding: newest.bytes, as: UTF8.self).contains("a wrong signature"))
            }
        }
    }

    @Test func `a provider that changes its keys is followed, and one that invents them is not asked again`()
        async throws
    {
        try await withTenancy { world in
            try await world.withProvider { provider async throws in
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(provider.keyRequests == 1)
                let next = FakeProvider.Key(id: "two", key: try .make())
                provider.publish([provider.signer, next])
                provider.signer = next
                #expect(try await world.singleSignOn(provider) == "/")
                #expect(provider.keyRequests == 2)
                provider.signer = FakeProvider.Key(id: "three", key: try .make())
                for _ in 0..<3 {
                    #expect(try await world.singleSignOn(provider) == "/sign-in?sso_error=token_refused")
                }
                #expect(provider.keyRequests == 3)
            }
        }
    }
}
