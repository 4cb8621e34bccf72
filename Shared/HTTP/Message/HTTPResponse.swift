/// What a handler answers.
///
/// The server writes `Date`, `Content-Length` or `Transfer-Encoding` and `Connection` itself; fields of those names
/// among `headers` are left out, but for the `Content-Length` of an answer to HEAD that has no body.
package struct HTTPResponse: Sendable {
    /// The bytes after the head.
    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// Written piece by piece; chunked when the length is not known. The closure does not run for HEAD.
        case stream(length: Int64?, @Sendable (HTTPBodyWriter) async throws -> Void)
        /// Agrees to the request's `upgrade`: what the client sends from now on, and where to write to it.
        ///
        /// The status is 101, which is 200 over HTTP/2. The connection ends when the closure returns; when it throws, the client
        /// loses it without a proper end. On a graceful stop the task is cancelled after a while.
        case upgraded(@Sendable (HTTPBody, HTTPBodyWriter) async throws -> Void)
    }

    package var status: Int
    package var headers: HTTPHeaders
    /// Fields that are written behind the others as they are; none of them may be among `headers`, but for lists.
    package var lines = HTTPFieldLines()
    package var body: Body

    /// An answer of a status between 200 and 599; 101 is for an upgrade only.
    package init(status: Int, headers: HTTPHeaders = [:], body: Body = .empty) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// Whether every field can be written as one.
    var isSafe: Bool { !headers.hasForbiddenField && !lines.hasForbiddenField }
}

/// Answers a request; runs as a task of its own on the loop of the request's connection.
///
/// The task is cancelled when the connection is lost.
package typealias HTTPHandler = @Sendable (HTTPRequest) async -> HTTPResponse
