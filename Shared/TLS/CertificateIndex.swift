import Glibc

/// Which certificates a host name gets.
struct CertificateIndex: Sendable {
    /// The pair of this name is the default whatever else there is.
    static let defaultName = "default"

    private var exact: [String: [CertificatePair]] = [:]
    /// By what follows `*.`; a wildcard stands for one label (RFC 6125, 6.4.3).
    private var wildcards: [String: [CertificatePair]] = [:]
    private(set) var fallback: [CertificatePair] = []

    init() {}

    /// Names that nobody has get the pair called `default`, else the wildcard of the preferred domain, else that domain's
    /// own, else the first by name.
    init(_ pairs: [CertificatePair], preferredDomain: String) {
        let ordered = pairs.sorted {
            ($0.name == Self.defaultName ? 0 : 1, $0.name) < ($1.name == Self.defaultName ? 0 : 1, $1.name)
        }
        for pair in ordered {
            for host in pair.hosts {
                if host.hasPrefix("*.") {
                    Self.add(pair, to: &wildcards[String(host.dropFirst(2)), default: []])
                } else {
                    Self.add(pair, to: &exact[host, default: []])
                }
            }
        }
        let domain = preferredDomain.lowercased()
        if let named = ordered.first(where: { $0.name == Self.defaultName }) {
            fallback = [named]
        } else {
            fallback = wildcards[domain] ?? exact[domain] ?? ordered.first.map { [$0] } ?? []
        }
    }

    /// One pair of each kind of key: the trusted before others, then the one that lasts longest.
    private static func add(_ pair: CertificatePair, to pairs: inout [CertificatePair]) {
        guard let at = pairs.firstIndex(where: { $0.kind == pair.kind }) else { return pairs.append(pair) }
        let known = pairs[at]
        if (pair.isTrusted ? 1 : 0, pair.expires) > (known.isTrusted ? 1 : 0, known.expires) { pairs[at] = pair }
    }

    /// The pairs for a name in lower case; the default ones without a name or for one that no certificate has.
    func pairs(for name: String?) -> [CertificatePair] { named(name) ?? fallback }

    /// The pairs that bear a name.
    func named(_ name: String?) -> [CertificatePair]? {
        guard var name = name else { return nil }
        if name.hasSuffix(".") { name.removeLast() }
        if let found = exact[name] { return found }
        guard let dot = name.firstIndex(of: "."), dot != name.startIndex else { return nil }
        return wildcards[String(name[name.index(after: dot)...])]
    }

    /// Whether browsers accept a connection to this name.
    func isTrusted(_ name: String, at now: Int = time(nil)) -> Bool {
        named(name)?.contains { $0.isTrusted && $0.expires > now } ?? false
    }
}
