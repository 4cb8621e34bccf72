import COpenSSL

/// Comparisons whose duration tells nothing about where two secrets differ.
package enum ConstantTime {
    /// Whether the bytes are the same; only their number is no secret.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        guard !left.isEmpty else { return true }
        return CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// Whether the texts have the same UTF-8.
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        areEqual(Array(left.utf8), Array(right.utf8))
    }
}
