import Glibc
import IO

/// The binary header of the PROXY protocol, version 2, with which a proxy says at the start of a connection whose it is.
///
/// Strict: the text form of version 1, other transports than TCP and what does not add up are no header.
enum ProxyHeader: Equatable {
    /// The proxy speaks for the client at this address.
    case client(SocketAddress)
    /// The proxy speaks for itself, or does not know for whom.
    case own

    enum Reading: Equatable {
        case needMore
        /// The header and its length.
        case header(ProxyHeader, length: Int)
        case refused
    }

    private static let signature: [UInt8] = [
        0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a,
    ]
    private static let fixedLength = 16
    /// With room for the fields of TLS and of the clouds; a longer one is refused.
    static let longest = 2048

    /// Reads a header from all bytes since the start of the connection.
    static func read(_ bytes: [UInt8]) -> Reading {
        let known = min(bytes.count, signature.count)
        guard bytes[..<known].elementsEqual(signature[..<known]) else { return .refused }
        guard bytes.count >= fixedLength else { return .needMore }
        let length = Int(bytes[14]) << 8 | Int(bytes[15])
        let (version, command, family) = (bytes[12] >> 4, bytes[12] & 15, bytes[13])
        guard version == 2, command <= 1, fixedLength + length <= longest else { return .refused }
        // Over TCP a client has an IPv4 address, an IPv6 address, or none that is known.
        let addressLength: Int? =
            switch family {
            case 0x00: 0
            case 0x11: 12
            case 0x21: 36
            default: command == 0 ? 0 : nil
            }
        guard let addressLength, command == 0 || length >= addressLength else { return .refused }
        guard bytes.count >= fixedLength + length else { return .needMore }
        let end = fixedLength + length
        if command == 0 { return .header(.own, length: end) }
        guard areFields(bytes[(fixedLength + addressLength)..<end]) else { return .refused }
        guard addressLength > 0 else { return .header(.own, length: end) }
        guard let client = client(bytes[fixedLength..<fixedLength + addressLength]) else { return .refused }
        return .header(.client(client), length: end)
    }

    /// Whether the rest is a sequence of fields; none of them is needed.
    private static func areFields(_ bytes: ArraySlice<UInt8>) -> Bool {
        var rest = bytes
        while !rest.isEmpty {
            guard rest.count >= 3 else { return false }
            let length = 3 + (Int(rest[rest.startIndex + 1]) << 8 | Int(rest[rest.startIndex + 2]))
            guard rest.count >= length else { return false }
            rest = rest.dropFirst(length)
        }
        return true
    }

    /// The source of both addresses and both ports.
    private static func client(_ addresses: ArraySlice<UInt8>) -> SocketAddress? {
        let size = addresses.count == 12 ? 4 : 16
        let bytes = Array(addresses)
        let port = Int(bytes[size * 2]) << 8 | Int(bytes[size * 2 + 1])
        var source = Array(bytes[..<size])
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]
        if size == 16, source.starts(with: mapped) { source = Array(source[12...]) }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(source.count == 4 ? AF_INET : AF_INET6, source, &text, socklen_t(text.count)) != nil else {
            return nil
        }
        let host = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        return SocketAddress(host: host, port: port)
    }
}
