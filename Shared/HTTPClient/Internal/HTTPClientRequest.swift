package import HTTP

/// Where one of our own services listens.
package struct HTTPEndpoint: Sendable, Hashable, CustomStringConvertible {
    /// A name or a numeric address.
    package let host: String
    package let port: Int

    package init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// A request to one of our own services.
package struct HTTPClientRequest: Sendable {
    /// What follows the head.
    package enum Body: Sendable {
        case empty
        case bytes([UInt8])
        /// Passed on as it arrives: with its declared length, or in chunks.
        case stream(HTTPBody)
    }

    package var method: HTTPMethod
    /// Path and query as they go on the wire.
    package var target: String
    package var headers: HTTPHeaders
    /// Further fields, which go out behind those.
    package var lines = HTTPFieldLines()
    package var body: Body
    /// Offers to go on with WebSocket, by a field that is not among `headers`; an answer that agrees has a `writer`.
    package var upgrade: WebSocketKey?
    /// Says when nobody waits for the answer any more, in place of the task's cancellation.
    package var loss: RequestLoss?
    /// How long the answer's body may stand still, in place of the client's own; for streams that have little to say.
    package var bodyIdle: Duration?

    package init(
        method: HTTPMethod, target: String, headers: HTTPHeaders = HTTPHeaders(), body: Body = .empty
    ) {
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
    }

    /// Whether the body can be sent again.
    package var isRepeatable: Bool {
        if case .stream = body { false } else { true }
    }

    /// Takes a streamed body into memory when it is all here already, or when it declares no more than `limit` bytes.
    ///
    /// It needs no task to pass it on then, and can be sent again.
    package mutating func gather(upTo limit: Int64) async throws {
        guard case .stream(let stream) = body, let length = stream.declaredLength,
            Int64(stream.waiting) == length || length <= limit
        else { return }
        body = length == 0 ? .empty : .bytes(try await stream.collect(upTo: Int(length)))
    }
}

/// The head of an answer, and its body as it arrives.
///
/// Letting go of the body before its end closes the connection.
package struct HTTPClientResponse: Sendable {
    package let status: Int
    package let headers: HTTPHeaders
    package let body: HTTPBody
    /// Where to write once the service has agreed to an upgrade; `body` is what it sends from then on.
    package var writer: HTTPBodyWriter? = nil
}
