package import IO

/// A request as a handler gets it.
package struct HTTPRequest: Sendable {
    package var method: HTTPMethod
    /// The request target, as it was sent.
    package var target: String
    package var headers: HTTPHeaders
    package var body: HTTPBody
    /// The other end of the connection, which may be a proxy's.
    package var remote: SocketAddress
    /// `websocket` when the client wants to go on with that protocol; nothing else is ever offered here.
    ///
    /// Over HTTP/1.1 the request is an upgrade (RFC 9110, 7.8), over HTTP/2 an extended CONNECT (RFC 8441), which comes
    /// as a GET without `Sec-WebSocket-Key`.
    package var upgrade: String?
    /// Says when the client is gone; nil for a request that did not come over a socket.
    package var loss: RequestLoss?
    /// Whether it came over HTTP/2.
    package var isHTTP2 = false
    /// Whether it came over TLS to this process.
    package var isSecure = false
    /// Where the path lies in the target, in bytes.
    private var pathStart: Int
    private var pathEnd: Int

    /// A request that did not come over a socket, or one for a client.
    package init(
        method: HTTPMethod, target: String, headers: HTTPHeaders = [:], body: HTTPBody = .empty, remote: SocketAddress
    ) {
        let path = TargetForm.pathRange(of: target)
        self.init(
            method: method, target: target, pathStart: path.lowerBound, pathEnd: path.upperBound, headers: headers,
            body: body, remote: remote)
    }

    init(
        method: HTTPMethod, target: String, pathStart: Int, pathEnd: Int, headers: HTTPHeaders, body: HTTPBody,
        remote: SocketAddress
    ) {
        self.method = method
        self.target = target
        self.pathStart = pathStart
        self.pathEnd = pathEnd
        self.headers = headers
        self.body = body
        self.remote = remote
    }

    /// The target's path, not decoded: from the first `/` up to `?`.
    package var path: String {
        let utf8 = target.utf8
        if pathStart == 0, pathEnd == utf8.count { return target }
        return String(
            target[utf8.index(utf8.startIndex, offsetBy: pathStart)..<utf8.index(utf8.startIndex, offsetBy: pathEnd)])
    }

    /// What follows `?`, not decoded; nil without one.
    package var query: String? {
        let utf8 = target.utf8
        guard pathEnd < utf8.count else { return nil }
        return String(target[utf8.index(utf8.startIndex, offsetBy: pathEnd + 1)...])
    }
}
