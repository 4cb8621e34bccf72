/// An http or https address as far as configuration needs one: scheme, host, port and path.
package struct WebAddress: Sendable, Hashable, CustomStringConvertible {
    package let isSecure: Bool
    /// In lower case; a numeric IPv6 host without its brackets.
    package let host: String
    package let port: Int
    /// Empty, or a path that starts with a slash and does not end in one.
    package let path: String

    /// Stands for an address that could not be read, in a configuration that is not used.
    package static let nowhere = WebAddress(isSecure: false, host: "invalid", port: 0, path: "")

    private init(isSecure: Bool, host: String, port: Int, path: String) {
        self.isSecure = isSecure
        self.host = host
        self.port = port
        self.path = path
    }

    /// Reads `scheme://host[:port][/path]`; nil for user names, queries, fragments and anything else.
    package init?(_ text: String) {
        var rest: Substring
        if text.hasPrefix("https://") {
            isSecure = true
            rest = text.dropFirst(8)
        } else if text.hasPrefix("http://") {
            isSecure = false
            rest = text.dropFirst(7)
        } else {
            return nil
        }
        guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && $0 != 0x40 && $0 != 0x3F && $0 != 0x23 }) else {
            return nil
        }
        let slash = rest.firstIndex(of: "/") ?? rest.endIndex
        var path = rest[slash...]
        while path.hasSuffix("/") { path.removeLast() }
        self.path = String(path)
        rest = rest[..<slash]
        var host = rest
        var digits: Substring?
        if rest.hasPrefix("[") {
            guard let end = rest.firstIndex(of: "]") else { return nil }
            host = rest[rest.index(after: rest.startIndex)..<end]
            let after = rest[rest.index(after: end)...]
            guard after.isEmpty || after.hasPrefix(":") else { return nil }
            digits = after.isEmpty ? nil : after.dropFirst()
        } else if let colon = rest.firstIndex(of: ":") {
            host = rest[..<colon]
            digits = rest[rest.index(after: colon)...]
        }
        guard !host.isEmpty else { return nil }
        self.host = host.lowercased()
        if let digits {
            guard let port = Int(digits), (1...65_535).contains(port), digits.first != "+" else { return nil }
            self.port = port
        } else {
            port = isSecure ? 443 : 80
        }
    }

    package var scheme: String { isSecure ? "https" : "http" }

    /// Host and port as the `Host` header has them: without the port that the scheme implies.
    package var authority: String {
        let name = host.contains(":") ? "[\(host)]" : host
        return port == (isSecure ? 443 : 80) ? name : "\(name):\(port)"
    }

    /// The address of a name below the host, `acme.<host>`.
    package func below(_ label: String) -> WebAddress {
        WebAddress(isSecure: isSecure, host: "\(label).\(host)", port: port, path: path)
    }

    package var description: String { "\(scheme)://\(authority)\(path)" }
}
