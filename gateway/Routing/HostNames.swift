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
        let name = Self.withoutPort(host[...]).lowercased()
        if name == base { return .base }
        guard name.hasSuffix(base), name.dropLast(base.count).last == "." else { return .foreign(name[...]) }
        let label = name.dropLast(base.count + 1)
        if label == "app" { return .app }
        return label.contains(".") ? .foreign(name[...]) : .label(label)
    }

    private static func withoutPort(_ authority: Substring) -> Substring {
        if authority.first == "[" { return authority.prefix { $0 != "]" }.dropFirst() }
        return authority.prefix { $0 != ":" }
    }
}
