/// What kind of address it is, as far as a connection on a tenant's behalf is concerned.
package enum AddressClass: String, Sendable {
    /// Reachable by anyone: the only kind that needs no exception.
    case `public`
    case loopback, `private`, unspecified, multicast, reserved
    case linkLocal = "link-local"
    /// Behind a carrier's translation (RFC 6598).
    case shared
    /// IPv6 that hides another address: 6to4, Teredo, local NAT64.
    case translated
    /// A cloud's metadata or credential service: never reachable, whatever the exceptions say.
    case metadata

    /// Classifies an address; one that wraps an IPv4 address is what that address is.
    package init(_ address: IPAddress) {
        if Self.metadataBlocks.contains(where: { $0.contains(address) }) {
            self = .metadata
            return
        }
        if let wrapped = Self.wrapped(in: address) {
            self.init(wrapped)
            return
        }
        if let found = Self.blocks.first(where: { $0.block.contains(address) }) {
            self = found.class
            return
        }
        // Of IPv6 only 2000::/3 has ever been handed out.
        self = address.four != nil || address.high >> 61 == 1 ? .public : .reserved
    }

    /// Whether no exception opens it.
    var isNeverAllowed: Bool { self == .metadata || self == .unspecified || self == .multicast }

    /// The IPv4 address within an IPv4-compatible or NAT64 (RFC 6052) one.
    ///
    /// A host without IPv4 reaches every IPv4 provider through NAT64, so that prefix cannot be refused as a whole.
    private static func wrapped(in address: IPAddress) -> IPAddress? {
        let bits = UInt32(truncatingIfNeeded: address.low)
        if address.high == 0, address.low >> 32 == 0, bits > 1 { return IPAddress(four: bits) }
        if address.high == 0x0064_ff9b_0000_0000, address.low >> 32 == 0 { return IPAddress(four: bits) }
        return nil
    }

    /// The IANA special-purpose registries, most specific first.
    private static let blocks = parse(
        """
        0.0.0.0/8 unspecified
        10.0.0.0/8 private
        100.64.0.0/10 shared
        127.0.0.0/8 loopback
        169.254.0.0/16 link-local
        172.16.0.0/12 private
        192.0.0.0/24 reserved
        192.0.2.0/24 reserved
        192.88.99.0/24 reserved
        192.168.0.0/16 private
        198.18.0.0/15 reserved
        198.51.100.0/24 reserved
        203.0.113.0/24 reserved
        224.0.0.0/4 multicast
        240.0.0.0/4 reserved
        ::/128 unspecified
        ::1/128 loopback
        64:ff9b:1::/48 translated
        2001::/23 translated
        2001:db8::/32 reserved
        2002::/16 translated
        3fff::/20 reserved
        fc00::/7 private
        fe80::/10 link-local
        fec0::/10 private
        ff00::/8 multicast
        """)

    private static let metadataBlocks = parse(
        """
        169.254.169.254/32 metadata
        169.254.170.2/32 metadata
        169.254.170.23/32 metadata
        100.100.100.200/32 metadata
        192.0.0.192/32 metadata
        168.63.129.16/32 metadata
        fd00:ec2::254/128 metadata
        fd00:ec2::23/128 metadata
        fd20:ce::254/128 metadata
        """
    ).map(\.block)

    private static func parse(_ table: String) -> [(block: AddressBlock, class: AddressClass)] {
        table.split(separator: "\n").map { line in
            let words = line.split(separator: " ")
            guard words.count == 2, let block = AddressBlock(words[0]),
                let kind = AddressClass(rawValue: String(words[1]))
            else { preconditionFailure("address table: \(line)") }
            return (block, kind)
        }
    }
}
