/// The body of every answer that is not a success: RFC 9457's problem details with a stable `code`.
package struct Problem: Codable, Sendable {
    /// The media type of this document.
    package static let contentType = "application/problem+json"

    package var type: String
    package var title: String
    package var status: Int
    package var detail: String
    /// Snake case; never renamed, never reused.
    package var code: String
    package var errors: [FieldError]
    /// The `X-Request-ID` of the answer, for whoever asks the operator about it.
    package var requestID: RequestID

    /// The document of a failure.
    package init(_ failure: Failure, requestID: RequestID) {
        type = "urn:switchboard:problem:\(failure.code.rawValue)"
        title = failure.code.title
        status = failure.status
        detail = failure.detail
        code = failure.code.rawValue
        errors = failure.errors
        self.requestID = requestID
    }
}
