import COpenSSL

/// Owns one `EVP_PKEY`, freed with the last copy of the key that holds it.
///
/// Soundness of `@unchecked Sendable`: the key is not changed after it was made, and OpenSSL 3 lets several threads
/// use one key as long as each has a context of its own.
final class KeyHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    /// Takes over the pointer; `nil` is OpenSSL's way to say that the bytes were no key.
    init(owning pointer: OpaquePointer?) throws(CryptoError) {
        guard let pointer else {
            // Left in the thread's queue, an error would be reported by the next TLS connection that looks there.
            ERR_clear_error()
            throw .invalidKey
        }
        self.pointer = pointer
    }

    deinit {
        EVP_PKEY_free(pointer)
    }

    /// Whether the signature fits; `algorithm` is `nil` for Ed25519, which hashes by itself.
    func verify(_ signature: [UInt8], _ message: [UInt8], algorithm: OpaquePointer?) -> Bool {
        let context = EVP_MD_CTX_new()
        defer {
            EVP_MD_CTX_free(context)
            ERR_clear_error()
        }
        guard EVP_DigestVerifyInit(context, nil, algorithm, nil, pointer) == 1 else { return false }
        return EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
