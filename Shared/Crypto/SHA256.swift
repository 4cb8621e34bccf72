import COpenSSL

/// SHA-256, at once or in pieces.
///
/// An object hashes one stream for one owner at a time: soundness of `@unchecked Sendable` is that owner's word, which
/// may be a task that moves between suspensions.
package final class SHA256: @unchecked Sendable {
    private let context: OpaquePointer?

    /// The digest of one piece, 32 bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { Hash.sha256.digest($0) }
    }

    /// The digest of a text's UTF-8.
    package static func digest(_ text: String) -> [UInt8] {
        digest(Array(text.utf8))
    }

    /// Starts a stream.
    package init() {
        context = EVP_MD_CTX_new()
        precondition(EVP_DigestInit_ex(context, Hash.sha256.algorithm, nil) == 1, "OpenSSL has no SHA-256")
    }

    deinit {
        EVP_MD_CTX_free(context)
    }

    /// Adds the next piece.
    package func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBytes { update($0) }
    }

    /// Adds the next piece without a copy.
    package func update(_ bytes: UnsafeRawBufferPointer) {
        precondition(EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1, "the stream is finished")
    }

    /// The digest of all pieces; the stream takes no more.
    package func finish() -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: Hash.sha256.size) { buffer, count in
            precondition(EVP_DigestFinal_ex(context, buffer.baseAddress, nil) == 1, "the stream is finished")
            count = Hash.sha256.size
        }
    }
}

/// SHA-1, only for providers whose protocol asks for it.
package enum SHA1 {
    /// The digest, 20 bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { Hash.sha1.digest($0) }
    }
}

/// MD5, only for providers whose protocol asks for it.
package enum MD5 {
    /// The digest, 16 bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { Hash.md5.digest($0) }
    }
}
