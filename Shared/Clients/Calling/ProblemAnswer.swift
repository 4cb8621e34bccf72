import HTTP
import JSON
import Models

/// The `application/problem+json` (RFC 9457) that our services answer with.
struct ProblemAnswer: Decodable {
    private var code: String?
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
        let known = problem.code.flatMap { name in codes.first { $0.rawValue == name } }
        guard let code = known ?? byStatus(status) else { return Failure(.upstreamUnavailable, headers: retry) }
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

    /// The codes that pass from service to service; an unknown one is told by its status.
    private static let codes: [ErrorCode] = [
        .badRequest, .invalidQuery, .invalidCursor, .notFound, .conflict, .bodyTooLarge, .unsupportedMediaType,
        .validationFailed, .rateLimited, .preconditionRequired, .preconditionFailed, .idempotencyKeyReused,
        .idempotencyKeyInProgress, .invalidCredentials, .invalidToken, .tokenExpired, .tokenRevoked,
        .tokenWrongTenant, .forbidden, .tenantSuspended, .featureDisabled, .subdomainTaken, .emailTaken, .lastOwner,
        .recordingExists, .unsupportedAudio, .legalHold, .insufficientStorage, .unavailable, .upstreamUnavailable,
        .upstreamTimeout,
    ]
}
