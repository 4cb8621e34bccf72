package import Crypto
import JSON

/// Signs tokens with one key.
package struct JWTSigner: Sendable {
    /// The id under which the public key is published.
    package let keyID: String
    private let key: Ed25519PrivateKey

    /// A signer; the id has up to 64 letters, digits, `-` and `_`.
    package init(keyID: String, key: Ed25519PrivateKey) {
        precondition(JWTCodec.isKeyID(keyID), "not an id of a key")
        self.keyID = keyID
        self.key = key
    }

    /// The token of the claims.
    package func sign(_ claims: TokenClaims) throws -> String {
        try JWTCodec.encode(payload: JSON.encode(claims, nulls: .omit), keyID: keyID, key: key)
    }
}
