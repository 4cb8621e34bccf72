import COpenSSL

/// A provider's public key that signs its webhooks: ECDSA on P-256 or RSA (PKCS #1 v1.5), both with SHA-256.
package struct ProviderKey: Sendable {
    private let handle: KeyHandle

    /// Reads DER of a SubjectPublicKeyInfo; other curves and RSA keys outside 2048 to 8192 bits are refused.
    package init(spki: [UInt8]) throws(CryptoError) {
        guard spki.count <= PEM.longestText else { throw .limitExceeded }
        let handle = try spki.withUnsafeBufferPointer { buffer throws(CryptoError) in
            var position = buffer.baseAddress
            let handle = try KeyHandle(owning: d2i_PUBKEY(nil, &position, buffer.count))
            guard position == buffer.baseAddress.map({ $0 + buffer.count }) else { throw .invalidKey }
            return handle
        }
        if EVP_PKEY_is_a(handle.pointer, "EC") == 1 {
            guard Self.curve(of: handle) == "prime256v1" else { throw .invalidKey }
        } else {
            guard EVP_PKEY_is_a(handle.pointer, "RSA") == 1,
                (2048...8192).contains(EVP_PKEY_get_bits(handle.pointer))
            else { throw .invalidKey }
        }
        self.handle = handle
    }

    /// Reads PEM, or the bare base 64 that some providers show in their console.
    package init(text: String) throws(CryptoError) {
        guard text.utf8.count <= PEM.longestText,
            let der = PEM.decode(text, label: "PUBLIC KEY")
                ?? Base64.standard.decode(text.filter { !$0.isWhitespace })
        else { throw .invalidKey }
        try self.init(spki: der)
    }

    /// Whether the provider signed just this message; ECDSA signatures are in DER.
    package func isValid(_ signature: [UInt8], for message: [UInt8]) -> Bool {
        guard signature.count <= 1024 else { return false }
        return handle.verify(signature, message, algorithm: Hash.sha256.algorithm)
    }

    private static func curve(of handle: KeyHandle) -> String {
        var name = [CChar](repeating: 0, count: 64)
        var count = 0
        guard EVP_PKEY_get_group_name(handle.pointer, &name, name.count, &count) == 1 else { return "" }
        return String(decoding: name.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
