import COpenSSL

/// Comparisons whose duration tells nothing about where two secrets differ.
package enum ConstantTime {
    /// Whether the bytes are the same; only their number is no secret.
    package static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        guard !left.isEmpty else { return true }
        return CRYPTO_memcmp(left, right, left.count) == 0
    }

    /// The same of memory, eight bytes at a time: all are looked at, and only the sum of their differences is judged.
    package static func areEqual(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Bool {
        guard left.count == right.count else { return false }
        let whole = left.count & ~7
        var difference: UInt64 = 0
        for at in stride(from: 0, to: whole, by: 8) {
            difference |=
                left.loadUnaligned(fromByteOffset: at, as: UInt64.self)
                ^ right.loadUnaligned(fromByteOffset: at, as: UInt64.self)
        }
        for at in whole..<left.count { difference |= UInt64(left[at] ^ right[at]) }
        return difference == 0
    }

    /// Whether the texts have the same UTF-8.
    package static func areEqual(_ left: String, _ right: String) -> Bool {
        areEqual(Array(left.utf8), Array(right.utf8))
    }
}
