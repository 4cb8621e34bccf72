import COpenSSL

/// The hash functions of OpenSSL, fetched once: a fetch at every call costs more than hashing a short text.
enum Hash {
    case md5
    case sha1
    case sha256
    case sha512

    // Soundness of `nonisolated(unsafe)`: a fetched `EVP_MD` is never changed, and these are never freed.
    private nonisolated(unsafe) static let fetchedMD5 = EVP_MD_fetch(nil, "MD5", nil)
    private nonisolated(unsafe) static let fetchedSHA1 = EVP_MD_fetch(nil, "SHA1", nil)
    private nonisolated(unsafe) static let fetchedSHA256 = EVP_MD_fetch(nil, "SHA256", nil)
    private nonisolated(unsafe) static let fetchedSHA512 = EVP_MD_fetch(nil, "SHA512", nil)

    var algorithm: OpaquePointer? {
        switch self {
        case .md5: Self.fetchedMD5
        case .sha1: Self.fetchedSHA1
        case .sha256: Self.fetchedSHA256
        case .sha512: Self.fetchedSHA512
        }
    }

    var size: Int {
        switch self {
        case .md5: 16
        case .sha1: 20
        case .sha256: 32
        case .sha512: 64
        }
    }

    func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            let status = EVP_Digest(bytes.baseAddress, bytes.count, buffer.baseAddress, nil, algorithm, nil)
            // It fails only without memory or without the algorithm, and a wrong digest must never be compared.
            precondition(status == 1, "OpenSSL has no such digest")
            count = size
        }
    }

    func authenticate(_ bytes: UnsafeRawBufferPointer, key: [UInt8]) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            // A null key would mean "the one from before" to OpenSSL.
            let result = (key.isEmpty ? [0] : key).withUnsafeBytes { held in
                COpenSSL.HMAC(
                    algorithm, held.baseAddress, Int32(key.count), bytes.bindMemory(to: UInt8.self).baseAddress,
                    bytes.count, buffer.baseAddress, nil)
            }
            precondition(result != nil, "OpenSSL has no such digest")
            count = size
        }
    }
}
