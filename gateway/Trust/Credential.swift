import HTTP

/// What a request shows to say who sends it.
enum Credential: Equatable {
    case none
    /// A JWT of a person.
    case token(String)
    /// `sbk_live_...` or `sbk_test_...`.
    case apiKey(String)
    /// An Authorization field that is neither.
    case malformed

    /// Tokens and keys are far shorter; a longer field is refused unread.
    private static let longest = 8192

    init(_ headers: HTTPHeaders) {
        let values = headers.all(named: "authorization")
        guard let value = values.first else {
            self = .none
            return
        }
        let parts = value.split(separator: " ", maxSplits: 1)
        guard values.count == 1, value.utf8.count <= Self.longest, parts.count == 2, parts[0].lowercased() == "bearer",
            parts[1].utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f })
        else {
            self = .malformed
            return
        }
        let secret = String(parts[1])
        self = secret.hasPrefix("sbk_") ? .apiKey(secret) : .token(secret)
    }
}
