import ServiceKit

/// What a request's Host says about whose it is.
struct HostNames: Sendable {
    /// Whose host it is.
    enum Place: Equatable {
        /// A label under the base domain, the platform's `admin` included.
        case label(Substring)
        /// The shared host of sign-up and callbacks.
        case app
        /// A host outside the base domain: perhaps a tenant's own domain.
        case foreign(Substring)
        /// The base domain itself.
        case base
    }

    /// The base domain in lower case, without a port.
    let base: String

    /// Nil when the address has no host.
    init?(base: WebAddress) {
        guard !base.host.isEmpty else { return nil }
        self.base = base.host
    }

    /// Reads a Host field, which the parser has found well-formed.
    func place(of host: String) -> Place {
        let isLower = !host.utf8.contains { (0x41...0x5a).contains($0) }
        let name = Self.withoutPort((isLower ? host : host.lowercased()).utf8[...])
        let label = name.count - base.utf8.count
        if label == 0, name.elementsEqual(base.utf8) { return .base }
        guard label > 1, name.dropFirst(label).elementsEqual(base.utf8),
            name[name.index(name.startIndex, offsetBy: label - 1)] == UInt8(ascii: ".")
        else { return .foreign(Substring(name)) }
        let first = name.prefix(label - 1)
        if first.elementsEqual("app".utf8) { return .app }
        return first.contains(UInt8(ascii: ".")) ? .foreign(Substring(name)) : .label(Substring(first))
    }

    private static func withoutPort(_ authority: Substring.UTF8View) -> Substring.UTF8View {
        if authority.first == UInt8(ascii: "[") { return authority.prefix { $0 != UInt8(ascii: "]") }.dropFirst() }
        return authority.prefix { $0 != UInt8(ascii: ":") }
    }
}
