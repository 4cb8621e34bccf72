import COpenSSL

/// Random bytes that nobody can guess.
package enum SecureRandom {
    /// New bytes; a system without entropy stops the process, because no token of it would be one.
    package static func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            precondition(RAND_bytes(buffer.baseAddress, Int32(count)) == 1, "the system gives no random bytes")
            initialized = count
        }
    }
}
