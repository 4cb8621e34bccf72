import HTTP
import JSON
import Models

/// The `application/problem+json` (RFC 9457) that our services answer with.
struct ProblemAnswer: Decodable {
    private var code: String?
    private var title: String?
    private var detail: String?
    private var errors: [FieldError]?

    /// The failure that the other service threw, as far as its answer tells.
    static func failure(status: Int, headers: HTTPHeaders, body: [UInt8]) -> Failure {
        var problem = ProblemAnswer()
        if headers["content-type"]?.hasPrefix("application/problem+json") == true {
            // An answer that cannot be read still has its status.
            do { problem = try JSON.decode(ProblemAnswer.self, from: body, unknownKeys: .ignore) } catch {}
        }
        let retry = headers["retry-after"].map { [(name: "Retry-After", value: $0)] } ?? []
        guard let code = problem.told(status) ?? byStatus(status) else {
            return Failure(.upstreamUnavailable, headers: retry)
        }
        return Failure(code, problem.detail, errors: problem.errors ?? [], headers: retry)
    }

    private static func byStatus(_ status: Int) -> ErrorCode? {
        switch status {
        case 400: .badRequest
        case 403: .forbidden
        case 404: .notFound
        case 409: .conflict
        case 422: .validationFailed
        case 429: .rateLimited
        case 503: .unavailable
        case 504: .upstreamTimeout
        // Ours to put right, not the caller's: a token that is refused, a route that is not there, a fault.
        default: nil
        }
    }

    /// The code that the answer names; nil when it is none or about the asking service itself: that our token was refused, or a
    /// fault over there, is ours to put right and not the caller's.
    private func told(_ status: Int) -> ErrorCode? {
        guard let code, code != ErrorCode.unauthenticated.rawValue, (400..<600).contains(status), status != 500 else {
            return nil
        }
        return ErrorCode(told: code, status: status, title: title ?? "")
    }
}
