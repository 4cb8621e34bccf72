import Telemetry

/// The parts of a server's URL that tests exchange: user, password and database.
struct DatabaseURL {
    private let host: Substring
    private let query: Substring

    /// Reads `scheme://[user[:password]@][host[:port]]/[database][?options]`.
    init(_ url: Secret<String>) {
        let text = url.reveal()
        let start = text.range(of: "://")?.upperBound ?? text.startIndex
        let parts = text[start...].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let authority = parts[0].split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)[0]
        host = authority.split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        query = parts.count > 1 ? parts[1] : ""
    }

    /// The same server for a role that is known by a password of the tests.
    func url(database: String, user: String, password: String) -> Secret<String> {
        Secret("postgresql://\(user):\(password)@\(host)/\(database)\(query.isEmpty ? "" : "?\(query)")")
    }

    /// The superuser's URL with another database.
    static func replacingDatabase(of url: Secret<String>, by database: String) -> Secret<String> {
        let text = url.reveal()
        let start = text.range(of: "://")?.upperBound ?? text.startIndex
        let end = text[start...].firstIndex { $0 == "?" } ?? text.endIndex
        let slash = text[start..<end].firstIndex { $0 == "/" } ?? end
        return Secret("\(text[..<slash])/\(database)\(text[end...])")
    }
}

extension String {
    /// Foundation's search without Foundation: the range of a short constant.
    fileprivate func range(of part: String) -> Range<String.Index>? {
        ranges(of: part).first
    }
}
