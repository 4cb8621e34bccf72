import Auth
import HTTP
import HTTPClient
import JSON
import Models

/// The gateway's own answers when there is none to pass on; they tell nothing of what lies behind.
enum DoorProblem {
    static func failure(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let error as TokenError: error.failure
        case let error as HTTPClientError: failure(for: error)
        case let error as HTTPBodyError: failure(for: error)
        default: Failure(.internal)
        }
    }

    /// What a service's failure is called when the service does not say so itself.
    static func failure(ofStatus status: Int, retryAfter: String?) -> Failure {
        let code: ErrorCode =
            switch status {
            case 502: .upstreamUnavailable
            case 503: .unavailable
            case 504: .upstreamTimeout
            case 507: .insufficientStorage
            default: .internal
            }
        return Failure(code, headers: retryAfter.map { [("Retry-After", $0)] } ?? [])
    }

    private static func failure(for error: HTTPClientError) -> Failure {
        switch error {
        case .deadlineExceeded: Failure(.upstreamTimeout)
        case .tooManyRequests, .connectionFailed: Failure(.unavailable, headers: [("Retry-After", "1")])
        case .requestBodyFailed: Failure(.badRequest, "The body ended before its end.")
        case .connectionClosed, .malformedResponse, .invalidRequest: Failure(.upstreamUnavailable)
        }
    }

    private static func failure(for error: HTTPBodyError) -> Failure {
        switch error {
        case .tooLarge: Failure(.bodyTooLarge)
        case .timedOut: Failure(.requestTimeout)
        default: Failure(.badRequest, "The body ended before its end.")
        }
    }

    static func response(_ failure: Failure, _ requestID: RequestID) -> HTTPResponse {
        var headers: HTTPHeaders = ["Content-Type": Problem.contentType, "Cache-Control": "no-store"]
        for (name, value) in failure.headers { headers.add(name, value) }
        let bytes: [UInt8]
        // A problem is made of texts and numbers; were it not written, the status would still say enough.
        do { bytes = try JSON.encode(Problem(failure, requestID: requestID)) } catch { bytes = [] }
        return HTTPResponse(status: failure.status, headers: headers, body: .bytes(bytes))
    }
}
