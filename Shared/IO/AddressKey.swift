import Glibc

/// Who is behind an address, for counting: an IPv4 address, or the /64 that an IPv6 client has all of.
package struct AddressKey: Hashable, Sendable {
    private let network: UInt64

    /// Everybody for whom there is no room of their own, and whoever has no numeric address.
    package static let others = AddressKey(network: .max)

    private init(network: UInt64) { self.network = network }

    /// Reads a numeric address.
    package init(_ host: String) {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 {
            self.init(four: UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, host, &six) == 1 else {
            self = .others
            return
        }
        let (high, low) = withUnsafeBytes(of: &six) { bytes in
            (
                UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
            )
        }
        // ::ffff:a.b.c.d is the IPv4 address as a socket of both families tells it.
        if high == 0, low >> 32 == 0xffff {
            self.init(four: UInt32(truncatingIfNeeded: low))
        } else {
            self.init(network: high)
        }
    }

    /// In a /64 that is never routed.
    private init(four: UInt32) { network = 0x0100_0000_0000_0000 | UInt64(four) }
}
