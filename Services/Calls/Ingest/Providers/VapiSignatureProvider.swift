import Crypto
import HTTP
import Models

/// Whether a hook of Vapi comes from the assistant that the tenant set up: by one of the ways that Vapi offers.
enum VapiSignature {
    /// Both ways; Vapi does not say any, and gives seconds or milliseconds.
    private static let tolerance: Int64 = 300

    /// How an HMAC is made, as it was set up at Vapi.
    struct Plan: Sendable {
        var algorithm = "sha256"
        var header = "x-signature"
        var timestampHeader = "x-timestamp"
        var format = "{timestamp}.{body}"
        var isBase64 = false
        var prefix = ""
        var secretIsBase64 = false

        init() {}

        init(_ settings: [String: String]) {
            algorithm = settings["hmac_algorithm"] ?? algorithm
            header = settings["hmac_header"] ?? header
            timestampHeader = settings["hmac_timestamp_header"] ?? timestampHeader
            format = settings["hmac_payload_format"] ?? format
            isBase64 = settings["hmac_encoding"] == "base64"
            prefix = settings["hmac_prefix"] ?? ""
            secretIsBase64 = settings["hmac_secret_encoding"] == "base64"
        }
    }

    /// A shared secret or a bearer token, compared as text.
    static func isValid(_ shown: String?, among secrets: [String]) -> Bool {
        guard let shown else { return false }
        var isValid = false
        // The digests are compared, which are of one length.
        for secret in secrets where !secret.isEmpty {
            if ConstantTime.areEqual(SHA256.digest(shown), SHA256.digest(secret)) { isValid = true }
        }
        return isValid
    }

    /// An HMAC over what the plan's format says.
    static func isValid(
        _ headers: HTTPHeaders, _ body: [UInt8], _ plan: Plan, secret: String, now: Timestamp, method: String,
        url: String
    ) -> Bool {
        guard !secret.isEmpty, let shown = headers[plan.header], shown.hasPrefix(plan.prefix) else { return false }
        let timestamp = headers[plan.timestampHeader] ?? ""
        if plan.format.contains("{timestamp}"), !isFresh(timestamp, now) { return false }
        let words = ["timestamp": timestamp, "method": method, "url": url, "svix-id": headers["svix-id"] ?? ""]
        guard let expected = digest(plan, words, body, secret: secret) else { return false }
        let text = String(shown.dropFirst(plan.prefix.count))
        guard let digest = plan.isBase64 ? Base64.standard.decode(text) : Hex.decode(text) else { return false }
        return ConstantTime.areEqual(digest, expected)
    }

    /// The fields of a hook that is signed as the plan says; nil for a plan that nobody can follow.
    static func headers(
        of body: [UInt8], _ plan: Plan, secret: String, now: Timestamp, method: String, url: String
    ) -> HTTPHeaders? {
        let words = ["timestamp": "\(now.seconds)", "method": method, "url": url, "svix-id": "msg_test"]
        guard let digest = digest(plan, words, body, secret: secret) else { return nil }
        let text = plan.isBase64 ? Base64.standard.encode(digest) : Hex.encode(digest)
        var headers: HTTPHeaders = ["svix-id": "msg_test"]
        headers.set(plan.header, plan.prefix + text)
        headers.set(plan.timestampHeader, "\(now.seconds)")
        return headers
    }

    private static func digest(
        _ plan: Plan, _ words: [String: String], _ body: [UInt8], secret: String
    ) -> [UInt8]? {
        let key: [UInt8]
        if plan.secretIsBase64 {
            guard let decoded = StandardWebhook.key(secret) else { return nil }
            key = decoded
        } else {
            key = Array(secret.utf8)
        }
        let message = message(plan.format, words, body)
        return switch plan.algorithm {
        case "sha1": HMAC.sha1(message, key: key)
        case "sha512": HMAC.sha512(message, key: key)
        case "sha256": HMAC.sha256(message, key: key)
        default: nil
        }
    }

    private static func isFresh(_ text: String, _ now: Timestamp) -> Bool {
        guard (1...14).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }),
            let number = Int64(text)
        else { return false }
        let seconds = number > 100_000_000_000 ? number / 1_000 : number
        return abs(now.seconds - seconds) <= tolerance
    }

    /// The bytes that are signed: the format with its words replaced, the body untouched.
    private static func message(_ format: String, _ words: [String: String], _ body: [UInt8]) -> [UInt8] {
        var message: [UInt8] = []
        var rest = format[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            message += Array(rest[..<open].utf8)
            let word = String(rest[rest.index(after: open)..<close])
            if word == "body" { message += body } else { message += Array((words[word] ?? "").utf8) }
            rest = rest[rest.index(after: close)...]
        }
        return message + Array(rest.utf8)
    }
}
