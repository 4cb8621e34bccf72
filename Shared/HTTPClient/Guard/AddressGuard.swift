import Glibc

/// Decides which addresses a client may connect to, after the name was resolved and again at every new connection.
///
/// One guard belongs to one purpose (recogniser, PBX, webhook), whose setting lists the operator's exceptions. A client
/// has one guard and a connection pool of its own: a connection that one purpose opened is never reused by another.
package struct AddressGuard: Sendable {
    /// What the operator allows besides public addresses.
    package enum Exception: Sendable, Hashable {
        /// Every port of a block.
        case block(AddressBlock)
        /// One host, as the URL names it, with one port.
        case endpoint(host: String, port: Int)

        /// Reads `host:port`, `[v6]:port` or a CIDR block.
        package init?(_ text: String) {
            if let block = AddressBlock(text) {
                self = .block(block)
                return
            }
            guard !text.contains("/"), let colon = text.lastIndex(of: ":"),
                let port = Int(text[text.index(after: colon)...]), (1...65_535).contains(port)
            else { return nil }
            let host = AddressGuard.normalised(text[..<colon])
            guard !host.isEmpty, !host.contains(":") || IPAddress(host) != nil else { return nil }
            self = .endpoint(host: host, port: port)
        }
    }

    private enum Reach {
        case everywhere
        case publicOnly
    }

    /// The setting that lists exceptions, such as `ALLOW_ADDRESSES_WEBHOOK`; refusals name it.
    package let setting: String
    private let exceptions: [Exception]
    private let ownPorts: Set<Int>
    private let ownAddresses: Set<IPAddress>
    private let reach: Reach

    /// A guard for addresses that a tenant gives; `ownPorts` are this installation's listeners.
    package init(setting: String, exceptions: [Exception] = [], ownPorts: Set<Int> = []) {
        self.init(setting: setting, exceptions: exceptions, ownPorts: ownPorts, reach: .publicOnly)
    }

    private init(setting: String, exceptions: [Exception], ownPorts: Set<Int>, reach: Reach) {
        self.setting = setting
        self.exceptions = exceptions
        self.ownPorts = ownPorts
        self.reach = reach
        ownAddresses = ownPorts.isEmpty ? [] : Self.interfaceAddresses()
    }

    /// No guard, for addresses that the operator gives in the configuration; never for a tenant's.
    package static let operatorGiven = AddressGuard(setting: "", exceptions: [], ownPorts: [], reach: .everywhere)

    /// Why a connection to a resolved address is refused; nil when it is allowed.
    ///
    /// `host` is the URL's host, which an exception may name.
    package func refusal(of address: IPAddress, port: Int, host: String) -> AddressRefusedError? {
        guard reach == .publicOnly else { return nil }
        let kind = AddressClass(address)
        let isHere = kind == .loopback || kind == .unspecified || ownAddresses.contains(address)
        if isHere, ownPorts.contains(port) { return AddressRefusedError(reason: .ownPort, setting: nil) }
        if kind == .public { return nil }
        if kind.isNeverAllowed { return AddressRefusedError(reason: .address(kind), setting: nil) }
        let host = Self.normalised(host)
        let isAllowed = exceptions.contains { exception in
            switch exception {
            case .block(let block): block.contains(address)
            case .endpoint(let named, let only):
                only == port && (named == host || IPAddress(named).map { $0 == address } == true)
            }
        }
        return isAllowed ? nil : AddressRefusedError(reason: .address(kind), setting: setting)
    }

    /// Lower case, without the brackets of IPv6 and without a final dot.
    private static func normalised(_ host: some StringProtocol) -> String {
        var host = host.lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        if host.hasSuffix(".") { host.removeLast() }
        return host
    }

    private static func interfaceAddresses() -> Set<IPAddress> {
        var list: UnsafeMutablePointer<ifaddrs>?
        guard getifaddrs(&list) == 0 else { return [] }
        defer { freeifaddrs(list) }
        var found: Set<IPAddress> = []
        var next = list
        while let entry = next {
            if let system = entry.pointee.ifa_addr, let read = IPAddress.read(system) { found.insert(read.address) }
            next = entry.pointee.ifa_next
        }
        return found
    }
}

/// A connection on a tenant's behalf was refused because of where it would have gone.
///
/// The description may be shown to the tenant: it names the kind of address and the operator's setting, never the
/// address a name resolved to.
package struct AddressRefusedError: Error, Sendable, Equatable, CustomStringConvertible {
    /// What was wrong with the address.
    package enum Reason: Sendable, Equatable {
        case address(AddressClass)
        case ownPort
    }

    package let reason: Reason
    /// The setting that could allow it; nil when nothing does.
    package let setting: String?

    package var description: String {
        let what =
            switch reason {
            case .address(let kind): "The host has a \(kind.rawValue) address"
            case .ownPort: "The host is this installation itself"
            }
        guard let setting else { return "\(what), which is never connected to." }
        return "\(what); the operator can allow it in \(setting)."
    }
}
