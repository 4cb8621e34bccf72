/// What the caller is told when a request cannot be met: the caller's fault or the world's, never a programmer's.
///
/// Rules, stores and routes throw it; one place in `Web` turns it into `application/problem+json` (RFC 9457).
package struct Failure: Error, Sendable {
    package let code: ErrorCode
    /// One sentence for the caller; never SQL, a path, a stack or a secret.
    package let detail: String
    package let errors: [FieldError]
    /// Headers of the answer, such as `Retry-After`.
    package let headers: [(name: String, value: String)]

    package init(
        _ code: ErrorCode, _ detail: String? = nil, errors: [FieldError] = [],
        headers: [(name: String, value: String)] = []
    ) {
        self.code = code
        self.detail = detail ?? code.title
        self.errors = errors
        self.headers = headers
    }

    package var status: Int { code.status }

    /// A 422 that names one field by its JSON Pointer.
    package static func invalid(_ pointer: String, _ code: String, _ detail: String) -> Failure {
        Failure(.validationFailed, errors: [FieldError(pointer: pointer, code: code, detail: detail)])
    }
}

/// One fault of one field of a request.
package struct FieldError: Codable, Hashable, Sendable {
    /// JSON Pointer (RFC 6901) into the body, or `query/<name>`.
    package var pointer: String
    package var code: String
    package var detail: String

    package init(pointer: String, code: String, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }
}
