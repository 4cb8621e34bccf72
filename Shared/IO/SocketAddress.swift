import CLibuv
import Glibc

/// An IPv4 or IPv6 address with a port.
package struct SocketAddress: Sendable, Hashable, CustomStringConvertible {
    /// The numeric host: `127.0.0.1`, `::1`.
    package let host: String
    package let port: Int

    /// Nil when the host is not a numeric address or the port is out of range.
    package init?(host: String, port: Int) {
        guard (0...65_535).contains(port) else { return nil }
        self.host = host
        self.port = port
        guard withSystemAddress({ _, _ in true }) == true else { return nil }
    }

    fileprivate init(unchecked host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// Whether the address is this machine's own.
    package var isLoopback: Bool { host == "::1" || host.hasPrefix("127.") }

    /// Reads the system's form.
    init?(_ storage: UnsafePointer<sockaddr>) {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let port: in_port_t
        switch Int32(storage.pointee.sa_family) {
        case AF_INET:
            let address = UnsafeRawPointer(storage).loadUnaligned(as: sockaddr_in.self)
            var copy = address
            guard uv_ip4_name(&copy, &text, text.count) == 0 else { return nil }
            port = address.sin_port
        case AF_INET6:
            let address = UnsafeRawPointer(storage).loadUnaligned(as: sockaddr_in6.self)
            var copy = address
            guard uv_ip6_name(&copy, &text, text.count) == 0 else { return nil }
            port = address.sin6_port
        default: return nil
        }
        let host = text.withUnsafeBufferPointer {
            String(decoding: $0.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
        }
        self.init(unchecked: host, port: Int(in_port_t(bigEndian: port)))
    }

    /// Calls `body` with the system's form; nil when the host is no numeric address.
    func withSystemAddress<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result? {
        var four = sockaddr_in()
        if uv_ip4_addr(host, Int32(port), &four) == 0 {
            return withUnsafePointer(to: &four) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        var six = sockaddr_in6()
        guard uv_ip6_addr(host, Int32(port), &six) == 0 else { return nil }
        return withUnsafePointer(to: &six) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
            }
        }
    }
}
