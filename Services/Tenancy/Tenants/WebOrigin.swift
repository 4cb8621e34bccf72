import Models

/// An origin as browsers write it in the `Origin` field (RFC 6454, 6.2).
enum WebOrigin {
    private static let most = 200
    private static let longest = 260

    /// The origins without repetitions, sorted; 422 names the first that is none.
    static func checked(_ origins: [String]) throws(Failure) -> [String] {
        guard origins.count <= most else {
            throw Failure.invalid("/origins", "too_many", "There may be at most \(most) origins.")
        }
        for (index, origin) in origins.enumerated() where !isValid(origin) {
            throw Failure.invalid(
                "/origins/\(index)", "invalid_origin", "An origin is written as https://www.example.com, in lower case."
            )
        }
        return Set(origins).sorted()
    }

    /// `https` everywhere, `http` for a site that is being made on the own machine.
    private static func isValid(_ origin: String) -> Bool {
        guard origin.utf8.count <= longest else { return false }
        let isSecure = origin.hasPrefix("https://")
        guard isSecure || origin.hasPrefix("http://") else { return false }
        var host = origin.dropFirst(isSecure ? 8 : 7)
        if let colon = host.lastIndex(of: ":") {
            let port = host[host.index(after: colon)...]
            // A default port is never written.
            guard let number = UInt16(port), String(number) == port, number != (isSecure ? 443 : 80), number > 0 else {
                return false
            }
            host = host[..<colon]
        }
        let labels = host.split(separator: ".", omittingEmptySubsequences: false)
        guard labels.allSatisfy(isLabel), host.utf8.count <= 253 else { return false }
        return isSecure || host == "localhost" || host.hasSuffix(".localhost") || host == "127.0.0.1"
    }

    private static func isLabel(_ label: Substring) -> Bool {
        (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
            && label.utf8.allSatisfy { (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2d }
    }
}
