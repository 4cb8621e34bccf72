import Crypto
import HTTP
import Models

/// How a hook is known again when its provider sends it once more.
///
/// Nothing is verified yet when a hook is taken in. So what is waiting counts as the same only if all of it is the same,
/// signature included (`proof`); the provider's id of the event alone (`eventKey`) counts against a hook that was
/// delivered, which its service has verified. Otherwise a forged hook with a known id would keep the true one out.
struct HookIdentity: Sendable {
    let eventKey: [UInt8]
    let proof: [UInt8]

    /// Fields that differ each time the same is sent, and prove nothing.
    private static let passing = HeaderNames(
        """
        host user-agent accept accept-encoding accept-language date via traceparent tracestate x-request-id
        x-correlation-id x-amzn-trace-id x-b3-traceid x-b3-spanid x-b3-sampled cf-ray cdn-loop
        """)

    init(_ tell: HookTell, method: HTTPMethod, target: String, headers: HTTPHeaders, body: [UInt8]) {
        let digest = SHA256()
        let byID = Self.identifier(tell, headers)
        if case .never = tell.repeats {
            digest.update(Array(HookID.make().jsonText.utf8))
        } else if let byID {
            digest.update([1] + byID)
        } else {
            digest.update([0])
            digest.update(Array("\(method.rawValue) \(target)\n".utf8))
            digest.update(body)
        }
        eventKey = digest.finish()
        var kept = headers
        kept.removeAll(whereName: Self.passing.contains)
        let all = SHA256()
        all.update(eventKey)
        all.update(Array("\(method.rawValue) \(target)\n".utf8))
        all.update(kept.lines)
        all.update([0])
        all.update(body)
        proof = all.finish()
    }

    /// The provider's id of the event; nil when it gives none.
    private static func identifier(_ tell: HookTell, _ headers: HTTPHeaders) -> [UInt8]? {
        guard case .headers(let names) = tell.repeats else { return nil }
        var bytes: [UInt8] = []
        for name in names {
            guard let value = headers[name], !value.isEmpty else { return nil }
            bytes += Array(value.utf8) + [0]
        }
        return bytes
    }
}
