package import IO

/// Why one of our own services gave no answer.
package enum HTTPClientError: Error, Equatable, CustomStringConvertible {
    /// No connection: nothing was sent.
    case connectionFailed(IOError)
    /// The connection ended before the head of the answer was complete.
    case connectionClosed
    case deadlineExceeded
    /// All connections are busy and as many requests wait as may.
    case tooManyRequests
    /// The answer is not HTTP, or HTTP that two readers could understand differently.
    case malformedResponse
    /// The request has a method, a target or a field that cannot be written.
    case invalidRequest
    /// The source of the request's body failed.
    case requestBodyFailed

    /// Whether the service cannot have seen the request.
    package var isBeforeSending: Bool {
        switch self {
        case .connectionFailed, .tooManyRequests, .invalidRequest: true
        default: false
        }
    }

    package var description: String {
        switch self {
        case .connectionFailed(let error): "no connection (\(error.name))"
        case .connectionClosed: "the connection ended without an answer"
        case .deadlineExceeded: "no answer in time"
        case .tooManyRequests: "too many requests wait for a connection"
        case .malformedResponse: "the answer is malformed"
        case .invalidRequest: "the request cannot be written"
        case .requestBodyFailed: "the body of the request broke off"
        }
    }
}
