import Crypto
import JSON
import Models
import Testing

@testable import Auth

@Suite
struct TokenAttackTests {
    private let issuer: Issuer
    private let verifier: TokenVerifier

    init() throws {
        issuer = try Issuer()
        verifier = try issuer.verifier()
    }

    private func refusal(_ token: String) -> TokenError.Code? {
        AuthTests.refusal(verifier, token, at: issuer.now)
    }

    @Test
    func `a genuine token passes`() throws {
        let claims = try verifier.verify(issuer.token(), now: issuer.now)
        #expect(claims.sub == issuer.user.description)
        #expect(claims.tid == issuer.tenant)
        #expect(claims.role == .agent)
        #expect(claims.exp == issuer.now.seconds + 900)
    }

    @Test(arguments: [
        #"{"alg":"none","kid":"key-1","typ":"JWT"}"#, #"{"alg":"HS256","kid":"key-1","typ":"JWT"}"#,
        #"{"alg":"eddsa","kid":"key-1","typ":"JWT"}"#, #"{"alg":"EdDSA","kid":"key-1","typ":"at+jwt"}"#,
        #"{"alg":"EdDSA","kid":"key-1","typ":"JWT","crit":["exp"]}"#,
        #"{"alg":"EdDSA","kid":"key-1","typ":"JWT","jku":"https://evil.example/jwks"}"#,
        #"{"alg":"EdDSA","kid":"key-1","typ":"JWT","jwk":{}}"#, #"{"alg":"EdDSA","kid":"key-1","typ":"JWT","x5u":""}"#,
        #"{"alg":"EdDSA","alg":"none","kid":"key-1","typ":"JWT"}"#,
        #"{"alg":"EdDSA","kid":"key-1","kid":"key-1","typ":"JWT"}"#, #"{"alg":"EdDSA","typ":"JWT"}"#,
        #"{"alg":"EdDSA","kid":"","typ":"JWT"}"#, #"{"alg":"EdDSA","kid":"../key-1","typ":"JWT"}"#,
        #"{"alg":"EdDSA","kid":"key-1","typ":"JWT"} "#, #"{"alg":"EdDSA","kid":"key-1"}"#, "", "{}", "null",
    ])
    func `any other header is refused, even when rightly signed`(header: String) throws {
        #expect(try refusal(issuer.token(header: header, payload: issuer.payload)) == .invalidToken)
    }

    @Test
    func `a token without a signature is refused`() throws {
        let parts = try issuer.token().split(separator: ".")
        let none = Base64.url.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8))
        #expect(refusal("\(parts[0]).\(parts[1]).") == .invalidToken)
        #expect(refusal("\(none).\(parts[1]).") == .invalidToken)
        #expect(refusal("\(none).\(parts[1]).\(parts[2])") == .invalidToken)
    }

    @Test
    func `a keyed digest with the public key as its key is no signature`() throws {
        let parts = try issuer.token().split(separator: ".")
        for header in [#"{"alg":"HS256","kid":"key-1","typ":"JWT"}"#, JWTCodec.header(keyID: "key-1")] {
            let signed = Base64.url.encode(Array(header.utf8)) + "." + parts[1]
            for digest in [HMAC.sha256, HMAC.sha512] {
                let signature = digest(Array(signed.utf8), issuer.key.publicKey.raw)
                #expect(refusal(signed + "." + Base64.url.encode(signature)) == .invalidToken)
            }
        }
    }

    @Test
    func `a token under another key's id is refused`() throws {
        let other = try Issuer(keyID: "key-2")
        try verifier.replaceKeys(JWKS(keys: issuer.jwks.keys + other.jwks.keys))
        #expect(try refusal(JWTSigner(keyID: "key-2", key: issuer.key).sign(issuer.claims())) == .invalidToken)
        #expect(try refusal(JWTSigner(keyID: "key-1", key: other.key).sign(issuer.claims())) == .invalidToken)
        #expect(try refusal(JWTSigner(keyID: "key-3", key: issuer.key).sign(issuer.claims())) == .invalidToken)
        #expect(try refusal(JWTSigner(keyID: "key-2", key: other.key).sign(issuer.claims())) == nil)
    }

    @Test
    func `parts too many, too few or too long are refused`() throws {
        let token = try issuer.token()
        let parts = token.split(separator: ".").map(String.init)
        for text in [
            "", ".", "..", "...", parts[0], "\(parts[0]).\(parts[1])", "\(token).", ".\(token)", "\(token).\(parts[2])",
            " \(token)", "\(token)\n", "Bearer \(token)", String(repeating: "a", count: 5000),
            "\(parts[0])..\(parts[2])", "\(parts[0]).\(String(repeating: "a", count: 1_000_000)).\(parts[2])",
        ] {
            #expect(refusal(text) == .invalidToken)
        }
    }

    @Test
    func `a second spelling of a token is refused`() throws {
        let token = try issuer.token()
        let parts = token.split(separator: ".").map(String.init)
        // 64 bytes leave four unused bits in the last digit: each of the other 15 endings means the same bytes.
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")
        let last = try #require(parts[2].last.flatMap { alphabet.firstIndex(of: $0) })
        for unused in 1..<16 {
            let spelling = parts[2].dropLast() + String(alphabet[last + unused])
            #expect(refusal("\(parts[0]).\(parts[1]).\(spelling)") == .invalidToken)
        }
        #expect(refusal(token + "==") == .invalidToken)
        #expect(refusal(token.replacing("_", with: "/").replacing("-", with: "+") + "/") == .invalidToken)
    }

    @Test
    func `any changed digit is noticed`() throws {
        let genuine = try issuer.token()
        // Remembered from now on, so that each change is also held against the memory.
        #expect(refusal(genuine) == nil)
        let token = Array(genuine)
        for index in token.indices {
            var changed = token
            changed[index] = token[index] == "A" ? "B" : "A"
            #expect(refusal(String(changed)) != nil)
        }
    }

    @Test(arguments: [
        "", "null", "[]", "{}", #"{"iss":1}"#, "{\"iss\":\"https://app.example.com\"", "\u{FEFF}{}",
    ])
    func `a payload that is not our claims is refused`(payload: String) throws {
        let token = try issuer.token(header: JWTCodec.header(keyID: issuer.keyID), payload: Array(payload.utf8))
        #expect(refusal(token) == .invalidToken)
    }

    @Test(arguments: [
        #""role":"owner""#, #""exp":9999999999"#, #""iss" :"https://evil.example""#, #""r\u006fle":"owner""#,
        #""act":{"sub":"x","sub":"y"}"#, #""more":[{"a":1,"a":1}]"#,
    ])
    func `a claim given twice is refused, even when rightly signed`(claim: String) throws {
        for payload in [
            try issuer.payload.dropLast() + Array(",\(claim)}".utf8),
            Array("{\(claim),".utf8) + (try issuer.payload.dropFirst()),
        ] {
            let token = try issuer.token(header: JWTCodec.header(keyID: issuer.keyID), payload: payload)
            #expect(refusal(token) == .invalidToken)
        }
    }

    @Test
    func `a claim that is not known yet is let pass`() throws {
        let payload = try issuer.payload.dropLast() + Array(#","new":[{"sub":1},{"sub":2}],"more":{"sub":"a:b"}}"#.utf8)
        let token = try issuer.token(header: JWTCodec.header(keyID: issuer.keyID), payload: payload)
        #expect(refusal(token) == nil)
    }

    @Test
    func `another issuer and another audience are refused`() throws {
        #expect(try refusal(issuer.token { $0.iss = "https://evil.example" }) == .invalidToken)
        #expect(try refusal(issuer.token { $0.iss += "/" }) == .invalidToken)
        #expect(try refusal(issuer.token { $0.aud = "calls" }) == .wrongAudience)
        let calls = try issuer.verifier(audience: "calls")
        #expect(AuthTests.refusal(calls, try issuer.token(), at: issuer.now) == .wrongAudience)
    }
}
