import Crypto

/// What a server asks of a client by HTTP Digest (RFC 7616), and the answer to it.
struct DigestChallenge: Sendable, Hashable {
    /// The hash functions that phone systems use.
    enum Algorithm: String, Sendable {
        case md5 = "MD5"
        case sha256 = "SHA-256"

        func digest(_ text: String) -> String {
            switch self {
            case .md5: Hex.encode(MD5.digest(Array(text.utf8)))
            case .sha256: Hex.encode(SHA256.digest(text))
            }
        }
    }

    var realm: String
    var nonce: String
    var opaque: String?
    var algorithm: Algorithm
    /// Whether the server knows `qop=auth`; RFC 2069's form is answered otherwise.
    var hasQuality: Bool

    /// The best challenge of a `WWW-Authenticate` field; nil when it has none that can be answered.
    init?(fields: [String]) {
        let found = fields.flatMap(Self.read)
        guard let best = found.first(where: { $0.algorithm == .sha256 }) ?? found.first else { return nil }
        self = best
    }

    init(realm: String, nonce: String, opaque: String? = nil, algorithm: Algorithm = .md5, hasQuality: Bool = true) {
        self.realm = realm
        self.nonce = nonce
        self.opaque = opaque
        self.algorithm = algorithm
        self.hasQuality = hasQuality
    }

    /// The `Authorization` field of a request; `target` is the request's own, with its query.
    func authorization(
        user: String, password: String, method: String, target: String, clientNonce: String, count: Int = 1
    ) -> String {
        let first = algorithm.digest("\(user):\(realm):\(password)")
        let second = algorithm.digest("\(method):\(target)")
        let hexadecimal = String(count, radix: 16)
        let number = String(repeating: "0", count: max(0, 8 - hexadecimal.count)) + hexadecimal
        func quoted(_ text: String) -> String {
            "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
        }
        var parts = [
            "username=\(quoted(user))", "realm=\(quoted(realm))", "nonce=\(quoted(nonce))", "uri=\(quoted(target))",
            "algorithm=\(algorithm.rawValue)",
        ]
        if hasQuality {
            let response = algorithm.digest("\(first):\(nonce):\(number):\(clientNonce):auth:\(second)")
            parts += ["qop=auth", "nc=\(number)", "cnonce=\(quoted(clientNonce))", "response=\(quoted(response))"]
        } else {
            parts.append("response=\(quoted(algorithm.digest("\(first):\(nonce):\(second)")))")
        }
        if let opaque { parts.append("opaque=\(quoted(opaque))") }
        return "Digest " + parts.joined(separator: ", ")
    }

    private static func read(_ field: String) -> [DigestChallenge] {
        // A field may hold challenges of several schemes; each scheme is a word without an equals sign.
        var found: [DigestChallenge] = []
        var parameters: [String: String]?
        func finish() {
            if let challenge = parameters.flatMap(challenge) { found.append(challenge) }
        }
        for piece in pieces(field) {
            let words = piece.split(separator: " ", maxSplits: 1)
            var text = piece[...]
            if let word = words.first, !word.contains("=") {
                finish()
                parameters = word.lowercased() == "digest" ? [:] : nil
                guard words.count == 2 else { continue }
                text = words[1]
            }
            let pair = text.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            let value = String(pair[1]).trimmed
            let isQuoted = value.count >= 2 && value.hasPrefix("\"") && value.hasSuffix("\"")
            parameters?[String(pair[0]).trimmed.lowercased()] =
                isQuoted ? String(value.dropFirst().dropLast()).replacing("\\\"", with: "\"") : value
        }
        finish()
        return found
    }

    private static func challenge(_ parameters: [String: String]) -> DigestChallenge? {
        guard let realm = parameters["realm"], let nonce = parameters["nonce"] else { return nil }
        let algorithm = Algorithm(rawValue: (parameters["algorithm"] ?? "MD5").uppercased())
        let qualities = parameters["qop"]?.split(separator: ",").map { String($0).trimmed.lowercased() }
        guard let algorithm, qualities?.contains("auth") != false else { return nil }
        return DigestChallenge(
            realm: realm, nonce: nonce, opaque: parameters["opaque"], algorithm: algorithm,
            hasQuality: qualities != nil)
    }

    /// What stands between commas that are not in quotes.
    private static func pieces(_ field: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var isQuoted = false
        var isEscaped = false
        for letter in field {
            if letter == ",", !isQuoted {
                pieces.append(piece.trimmed)
                piece = ""
                continue
            }
            if letter == "\"", !isEscaped { isQuoted.toggle() }
            isEscaped = letter == "\\" && !isEscaped
            piece.append(letter)
        }
        pieces.append(piece.trimmed)
        return pieces.filter { !$0.isEmpty }
    }
}
