import Crypto
import HTTP
import Models

/// Verifies signatures of Standard Webhooks: an id, a time and the raw bytes under one of several secrets.
enum StandardWebhook {
    /// How old or how far ahead a hook may be.
    static let tolerance: Int64 = 300

    /// Throws `invalidSignature` unless one signature of version 1 fits one of the secrets.
    static func verify(
        _ headers: HTTPHeaders, body: [UInt8], secrets: [String], now: Timestamp, prefix: String = "webhook"
    ) throws {
        guard let id = headers["\(prefix)-id"], !id.isEmpty, let time = headers["\(prefix)-timestamp"],
            let seconds = Int64(time), time.utf8.allSatisfy({ (48...57).contains($0) }),
            abs(now.seconds - seconds) <= tolerance, let signatures = headers["\(prefix)-signature"]
        else { throw Failure(.invalidSignature) }
        let message = Array("\(id).\(time).".utf8) + body
        let shown = signatures.split(separator: " ").compactMap { signature -> [UInt8]? in
            let parts = signature.split(separator: ",", maxSplits: 1)
            guard parts.count == 2, parts[0] == "v1" else { return nil }
            return Base64.standard.decode(String(parts[1]))
        }
        var isValid = false
        for secret in secrets {
            guard let key = key(secret) else { continue }
            let expected = HMAC.sha256(message, key: key)
            for one in shown where ConstantTime.areEqual(one, expected) { isValid = true }
        }
        guard isValid else { throw Failure(.invalidSignature) }
    }

    /// The bytes behind `whsec_...`, padded or not; nil for none.
    static func key(_ secret: String) -> [UInt8]? {
        var text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
        text += String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let key = Base64.standard.decode(text), !key.isEmpty else { return nil }
        return key
    }
}
