import Crypto
import FoundationEssentials
import Models

/// The connection's own secret, as a program shows it that cannot sign: in `Authorization` or in the query.
enum HookToken {
    /// Whether a shown secret is one of those given; nothing of it is told by how long this takes.
    ///
    /// `Bearer <secret>`, `Basic` with the secret as the password, or `?token=<secret>`.
    static func isValid(authorization: String?, query: String?, secrets: [String]) -> Bool {
        var shown: [String] = []
        if let authorization { shown += credentials(authorization) }
        if let token = query.flatMap({ FormFields(decoding: Array($0.utf8)) })?["token"] { shown.append(token) }
        var isValid = false
        // The digests are compared, which are of one length.
        for text in shown {
            for secret in secrets where !secret.isEmpty {
                if ConstantTime.areEqual(SHA256.digest(text), SHA256.digest(secret)) { isValid = true }
            }
        }
        return isValid
    }

    private static func credentials(_ field: String) -> [String] {
        let words = field.split(separator: " ", maxSplits: 1)
        guard words.count == 2 else { return [] }
        let text = String(words[1]).trimmed
        switch words[0].lowercased() {
        case "bearer": return [text]
        case "basic":
            guard let bytes = Base64.standard.decode(text), let pair = String(validating: bytes, as: UTF8.self),
                let colon = pair.firstIndex(of: ":")
            else { return [] }
            return [String(pair[pair.index(after: colon)...])]
        default: return []
        }
    }
}
