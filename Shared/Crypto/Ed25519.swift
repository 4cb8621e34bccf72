import COpenSSL

/// The key that signs; whoever holds it can speak for us.
package struct Ed25519PrivateKey: Sendable {
    /// RFC 8410 section 7: the only PKCS#8 encoding of an Ed25519 key without attributes, up to the seed itself.
    private static let pkcs8Prefix: [UInt8] = [
        0x30, 0x2E, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2B, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
    ]
    private static let label = "PRIVATE KEY"

    private let handle: KeyHandle
    /// The 32 bytes that must be sealed before they are stored.
    package let seed: [UInt8]
    /// The half that may be published.
    package let publicKey: Ed25519PublicKey

    /// A new key.
    package static func make() throws(CryptoError) -> Ed25519PrivateKey {
        try Ed25519PrivateKey(seed: SecureRandom.bytes(32))
    }

    /// The key of a seed of 32 bytes, as RFC 8032 calls it.
    package init(seed: [UInt8]) throws(CryptoError) {
        guard seed.count == 32 else { throw .invalidKey }
        handle = try KeyHandle(owning: EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nil, seed, seed.count))
        self.seed = seed
        var raw = [UInt8](repeating: 0, count: 32)
        var count = raw.count
        guard EVP_PKEY_get_raw_public_key(handle.pointer, &raw, &count) == 1, count == 32 else {
            throw .failed(operation: "derive public key")
        }
        publicKey = try Ed25519PublicKey(raw)
    }

    /// Reads DER of PKCS#8.
    package init(pkcs8: [UInt8]) throws(CryptoError) {
        guard pkcs8.count == 48, pkcs8.starts(with: Self.pkcs8Prefix) else { throw .invalidKey }
        try self.init(seed: Array(pkcs8.suffix(32)))
    }

    /// Reads PKCS#8 in PEM, as `openssl genpkey` writes it.
    package init(pem: String) throws(CryptoError) {
        guard let der = PEM.decode(pem, label: Self.label) else { throw .invalidKey }
        try self.init(pkcs8: der)
    }

    /// DER of PKCS#8.
    package var pkcs8: [UInt8] { Self.pkcs8Prefix + seed }

    /// PKCS#8 in PEM.
    package var pem: String { PEM.encode(pkcs8, label: Self.label) }

    /// The signature, 64 bytes, the same for the same message.
    package func sign(_ message: [UInt8]) throws(CryptoError) -> [UInt8] {
        let context = EVP_MD_CTX_new()
        defer { EVP_MD_CTX_free(context) }
        var signature = [UInt8](repeating: 0, count: 64)
        var count = signature.count
        guard EVP_DigestSignInit(context, nil, nil, nil, handle.pointer) == 1,
            EVP_DigestSign(context, &signature, &count, message, message.count) == 1, count == 64
        else {
            ERR_clear_error()
            throw .failed(operation: "sign")
        }
        return signature
    }
}

extension Ed25519PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// Never the seed.
    package var description: String { "[redacted]" }

    /// Never the seed, even for operators.
    package var debugDescription: String { "[redacted]" }

    /// A mirror without children, so that `dump` finds nothing.
    package var customMirror: Mirror { Mirror(self, children: EmptyCollection<Mirror.Child>()) }
}

/// The key that checks signatures.
package struct Ed25519PublicKey: Sendable {
    private let handle: KeyHandle
    /// The 32 bytes of RFC 8032.
    package let raw: [UInt8]

    /// The key of 32 bytes.
    package init(_ raw: [UInt8]) throws(CryptoError) {
        guard raw.count == 32 else { throw .invalidKey }
        handle = try KeyHandle(owning: EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nil, raw, raw.count))
        self.raw = raw
    }

    /// Whether the holder of the private key signed just this message.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count == 64 else { return false }
        return handle.verify(signature, message, algorithm: nil)
    }
}

extension Ed25519PublicKey: Hashable {
    /// Two keys are the same when their bytes are.
    package static func == (left: Ed25519PublicKey, right: Ed25519PublicKey) -> Bool { left.raw == right.raw }

    /// Hashes the bytes.
    package func hash(into hasher: inout Hasher) { hasher.combine(raw) }
}
