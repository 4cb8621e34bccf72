import Auth
import HTTP
import JSON
import Models
import Postgres

/// The one place where errors become answers.
enum ErrorResponder {
    /// What the caller is told of an error; nil detail of anything that is not meant for them.
    static func failure(for error: any Error) -> Failure {
        switch error {
        case let failure as Failure: failure
        case let error as any FailureConvertible: error.failure
        case let error as TokenError: error.failure
        case let error as JSONDecodingError: failure(for: error)
        case let error as PostgresError: failure(for: error)
        case let error as HTTPBodyError: failure(for: error)
        case is CancellationError: Failure(.unavailable)
        default: Failure(.internal)
        }
    }

    /// The answer as `application/problem+json`.
    static func response(_ failure: Failure, requestID: RequestID) -> HTTPResponse {
        var headers = HTTPHeaders()
        for (name, value) in failure.headers { headers.add(name, value) }
        headers.set("Content-Type", Problem.contentType)
        headers.set("Cache-Control", "no-store")
        let bytes: [UInt8]
        do { bytes = try JSON.encode(Problem(failure, requestID: requestID)) } catch {
            // A problem is made of texts and numbers; if it could not be written, the status still says enough.
            bytes = []
        }
        return HTTPResponse(status: failure.status, headers: headers, body: .bytes(bytes))
    }

    private static func failure(for error: JSONDecodingError) -> Failure {
        if let syntax = error.syntax {
            return Failure(.badRequest, "The body is not valid JSON: \(syntax.reason) at byte \(syntax.offset).")
        }
        return Failure(
            .validationFailed,
            errors: error.fields.map { FieldError(pointer: $0.pointer, code: $0.code, detail: $0.detail) })
    }

    private static func failure(for error: PostgresError) -> Failure {
        switch error.kind {
        case .unavailable, .deadline: Failure(.unavailable, headers: [("Retry-After", "1")])
        case .server where error.isRetryable: Failure(.unavailable, headers: [("Retry-After", "1")])
        case .server, .decoding: Failure(.internal)
        }
    }

    private static func failure(for error: HTTPBodyError) -> Failure {
        switch error {
        case .tooLarge: Failure(.bodyTooLarge)
        case .timedOut: Failure(.requestTimeout)
        case .connectionClosed, .malformed: Failure(.badRequest, "The body ended before its end.")
        case .lengthMismatch, .alreadyReading: Failure(.internal)
        }
    }
}
