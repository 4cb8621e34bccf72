package import Crypto
package import Models

/// The published keys, as `/.well-known/jwks.json` shows them (RFC 7517, RFC 8037).
package struct JWKS: Codable, Sendable {
    /// The most keys that are read; rotation publishes three at most.
    package static let mostKeys = 16

    package var keys: [JWK]

    /// The keys in their order.
    package init(keys: [JWK]) {
        self.keys = keys
    }
}

/// One published Ed25519 key.
package struct JWK: Codable, Sendable, Hashable {
    package var kty: String
    package var crv: String
    package var kid: String
    package var x: String
    package var use: String
    package var alg: String
    /// Seconds since 1970 before which no token of the key is genuine; the key is published an hour earlier.
    package var nbf: Int64?

    /// The key as it is published.
    package init(_ key: Ed25519PublicKey, keyID: String, notBefore: Timestamp? = nil) {
        kty = "OKP"
        crv = "Ed25519"
        kid = keyID
        x = Base64.url.encode(key.raw)
        use = "sig"
        alg = "EdDSA"
        nbf = notBefore?.seconds
    }

    /// The key itself; anything but a signing key of Ed25519 is refused.
    package func publicKey() throws(TokenError) -> Ed25519PublicKey {
        guard kty == "OKP", crv == "Ed25519", alg == "EdDSA", use == "sig", JWTCodec.isKeyID(kid),
            let raw = Base64.url.decode(x)
        else { throw .invalid("not a key that we publish") }
        do { return try Ed25519PublicKey(raw) } catch { throw .invalid("not a key of Ed25519") }
    }
}
