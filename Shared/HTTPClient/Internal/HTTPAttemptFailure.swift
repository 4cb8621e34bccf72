import HTTP

/// Why one try of a request gave no answer, and how far the request can have come.
package struct HTTPAttemptFailure: Error {
    /// Where a request was when it was lost.
    package enum Reach: Sendable {
        /// Nothing of it was sent.
        case nothing
        /// The service closed the connection before it read the request, and said so.
        case unread
        /// A connection that had been used before ended without a byte of an answer: probably it was closed meanwhile.
        case deadConnection
        /// A new connection ended without a byte of an answer.
        case lostConnection
        /// A handler may have seen it.
        case handler
    }

    package let error: HTTPClientError
    package let reach: Reach

    /// Whether sending the request again, anywhere, does no more than sending it once.
    package func allowsAnother(_ request: HTTPClientRequest) -> Bool {
        switch reach {
        case .nothing: true
        case .unread: request.isRepeatable
        case .deadConnection:
            request.isRepeatable && (request.method.isIdempotent || request.headers.contains("idempotency-key"))
        case .lostConnection: request.isRepeatable && request.method.isSafe
        case .handler: false
        }
    }
}
