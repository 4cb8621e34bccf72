import Crypto
import JSON
import Models

@testable import Auth

/// An issuer with one key, and what its tests need to forge.
struct Issuer {
    static let address = "https://app.example.com"

    let keyID: String
    let key: Ed25519PrivateKey
    let now = Timestamp(seconds: 1_800_000_000)
    let tenant = TenantID.make()
    let user = UserID.make()
    let session = SessionID.make()

    init(keyID: String = "key-1") throws {
        self.keyID = keyID
        key = try Ed25519PrivateKey.make()
    }

    var signer: JWTSigner { JWTSigner(keyID: keyID, key: key) }
    var jwks: JWKS { JWKS(keys: [JWK(key.publicKey, keyID: keyID)]) }

    func verifier(audience: String = TokenClaims.audience, capacity: Int = 100) throws -> TokenVerifier {
        try TokenVerifier(issuer: Self.address, audience: audience, keys: jwks, capacity: capacity)
    }

    func claims(role: Role = .agent, version: Int64 = 3) -> TokenClaims {
        .user(
            user, in: tenant, role: role, session: session, version: version, issuer: Self.address, now: now)
    }

    func token(_ change: (inout TokenClaims) -> Void = { _ in }) throws -> String {
        var claims = claims()
        change(&claims)
        return try signer.sign(claims)
    }

    /// A token with any header and payload, rightly signed.
    func token(header: String, payload: [UInt8]) throws -> String {
        let signed = Base64.url.encode(Array(header.utf8)) + "." + Base64.url.encode(payload)
        return signed + "." + Base64.url.encode(try key.sign(Array(signed.utf8)))
    }

    var payload: [UInt8] { get throws { try JSON.encode(claims()) } }
}

/// The code with which the verifier refuses, or `nil` when it does not.
func refusal(_ verifier: TokenVerifier, _ token: String, at now: Timestamp) -> TokenError.Code? {
    do {
        _ = try verifier.verify(token, now: now)
        return nil
    } catch {
        return error.code
    }
}
