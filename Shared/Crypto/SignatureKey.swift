/// Somebody else's public key with the one algorithm that it is used with: of a passkey or of an identity provider.
///
/// The algorithm belongs to the key and is never taken from what was signed, so a text cannot choose how it is checked.
package struct SignatureKey: Sendable {
    /// What may be used, by the names of RFC 7518 and RFC 8037.
    package enum Algorithm: String, Sendable, CaseIterable {
        /// ECDSA on P-256 with SHA-256.
        case es256 = "ES256"
        /// RSA, PKCS #1 v1.5, with SHA-256.
        case rs256 = "RS256"
        /// Ed25519.
        case edDSA = "EdDSA"
    }

    /// How the two numbers of an ES256 signature are written; nothing to the other algorithms.
    package enum Encoding: Sendable {
        /// As X.509 and WebAuthn do.
        case der
        /// 32 bytes each, as JWS does.
        case fixed
    }

    private enum Key: Sendable {
        case spki(ProviderKey)
        case ed25519(Ed25519PublicKey)
    }

    /// OIDs of an elliptic-curve key on prime256v1, and of an RSA key.
    private static let curveID: [UInt8] = [
        0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D,
        0x03, 0x01, 0x07,
    ]
    private static let rsaID: [UInt8] = [0x06, 0x09, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 0x01, 0x01, 0x01]
    private static let longestModulus = 1024

    package let algorithm: Algorithm
    private let key: Key

    /// A point of P-256; one that is not on the curve is no key.
    package init(x: [UInt8], y: [UInt8]) throws(CryptoError) {
        guard x.count == 32, y.count == 32 else { throw .invalidKey }
        key = .spki(try ProviderKey(spki: DER.sequence(Self.curveID, DER.bits([0x04] + x + y))))
        algorithm = .es256
    }

    /// An RSA key of 2048 to 8192 bits.
    package init(modulus: [UInt8], exponent: [UInt8]) throws(CryptoError) {
        let exponent = Array(exponent.drop { $0 == 0 })
        // An even number or 1 makes signatures that anybody can write.
        guard modulus.count <= Self.longestModulus + 1, (1...4).contains(exponent.count), exponent != [1],
            let last = exponent.last, last & 1 == 1, let lowest = modulus.last, lowest & 1 == 1
        else { throw .invalidKey }
        let numbers = DER.sequence(DER.integer(modulus), DER.integer(exponent))
        key = .spki(
            try ProviderKey(spki: DER.sequence(DER.sequence(Self.rsaID, DER.null), DER.bits(numbers))))
        algorithm = .rs256
    }

    /// The 32 bytes of an Ed25519 key.
    package init(ed25519 raw: [UInt8]) throws(CryptoError) {
        key = .ed25519(try Ed25519PublicKey(raw))
        algorithm = .edDSA
    }

    /// Whether the holder of the private key signed just this message.
    package func isValid(_ signature: [UInt8], for message: [UInt8], encoding: Encoding) -> Bool {
        switch key {
        case .ed25519(let key): return key.isValid(signature, for: message)
        case .spki(let key):
            guard algorithm == .es256, encoding == .fixed else { return key.isValid(signature, for: message) }
            guard signature.count == 64 else { return false }
            let der = DER.sequence(DER.integer(signature.prefix(32)), DER.integer(signature.suffix(32)))
            return key.isValid(der, for: message)
        }
    }
}
