import Glibc

/// An IPv4 or IPv6 address as 128 bits; IPv4 stands as its v4-mapped form, so that both spellings are one address.
package struct IPAddress: Sendable, Hashable {
    package let high: UInt64
    package let low: UInt64

    package init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// An IPv4 address from its 32 bits.
    package init(four: UInt32) {
        self.init(high: 0, low: 0xffff_0000_0000 | UInt64(four))
    }

    /// Reads the numeric form; nil when the text is anything else.
    package init?(_ text: some StringProtocol) {
        let text = String(text)
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            self.init(four: UInt32(bigEndian: four.s_addr))
            return
        }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        self.init(six)
    }

    init(_ six: in6_addr) {
        self = withUnsafeBytes(of: six) { raw in
            IPAddress(
                high: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// Reads the system's form and its port; nil for other families.
    static func read(_ storage: UnsafePointer<sockaddr>) -> (address: IPAddress, port: Int)? {
        let raw = UnsafeRawPointer(storage)
        switch Int32(storage.pointee.sa_family) {
        case AF_INET:
            let four = raw.loadUnaligned(as: sockaddr_in.self)
            return (IPAddress(four: UInt32(bigEndian: four.sin_addr.s_addr)), Int(UInt16(bigEndian: four.sin_port)))
        case AF_INET6:
            let six = raw.loadUnaligned(as: sockaddr_in6.self)
            return (IPAddress(six.sin6_addr), Int(UInt16(bigEndian: six.sin6_port)))
        default: return nil
        }
    }

    /// The address as IPv4 bits, when it is one.
    package var four: UInt32? {
        high == 0 && low >> 32 == 0xffff ? UInt32(truncatingIfNeeded: low) : nil
    }
}

/// A block of addresses such as `10.0.0.0/8`.
package struct AddressBlock: Sendable, Hashable {
    package let address: IPAddress
    /// How many leading bits of the 128 are fixed.
    package let prefix: Int

    /// Reads `address/bits`; nil when it is not one, or when bits behind the prefix are set.
    package init?(_ text: some StringProtocol) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let address = IPAddress(parts[0]), let bits = Int(parts[1]), bits >= 0 else {
            return nil
        }
        let isFour = !parts[0].contains(":")
        guard bits <= (isFour ? 32 : 128) else { return nil }
        self.address = address
        prefix = isFour ? bits + 96 : bits
        let mask = self.mask
        guard address.high & ~mask.high == 0, address.low & ~mask.low == 0 else { return nil }
    }

    private var mask: IPAddress {
        let high = prefix >= 64 ? UInt64.max : ~(UInt64.max >> UInt64(prefix))
        let low = prefix <= 64 ? 0 : prefix == 128 ? UInt64.max : ~(UInt64.max >> UInt64(prefix - 64))
        return IPAddress(high: high, low: low)
    }

    /// Whether an address lies within the block.
    package func contains(_ other: IPAddress) -> Bool {
        let mask = self.mask
        return other.high & mask.high == address.high && other.low & mask.low == address.low
    }
}
