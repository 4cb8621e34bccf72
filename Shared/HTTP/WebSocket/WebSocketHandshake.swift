/// A server's part of the opening handshake (RFC 6455, 4.2; over HTTP/2, RFC 8441).
package enum WebSocketHandshake {
    /// Agrees to a request for WebSocket and runs the handler for as long as it lasts; otherwise says what is missing.
    ///
    /// The WebSocket is closed when the handler returns: with 1000, with 1011 when it throws, with 1001 when its task was
    /// cancelled because the server stops. A code that it has given itself stands.
    package static func answer(
        _ request: HTTPRequest, configuration: WebSocketConfiguration = WebSocketConfiguration(),
        _ handler: @escaping @Sendable (WebSocketSession) async throws -> Void
    ) -> HTTPResponse {
        guard request.method == .get else {
            return HTTPResponse(status: 405, headers: ["Allow": "GET", "Cache-Control": "no-store"])
        }
        guard request.upgrade == "websocket", request.headers.all(named: "sec-websocket-version") == ["13"] else {
            return HTTPResponse(status: 426, headers: ["Sec-WebSocket-Version": "13", "Cache-Control": "no-store"])
        }
        var headers: HTTPHeaders = [:]
        if !request.isHTTP2 {
            let keys = request.headers.all(named: "sec-websocket-key")
            guard keys.count == 1, let key = WebSocketKey(keys[0]) else {
                return HTTPResponse(status: 400, headers: ["Cache-Control": "no-store"])
            }
            headers.add("Sec-WebSocket-Accept", key.accept)
        }
        let chosen = choose(configuration.protocols, request.headers)
        if let chosen { headers.add("Sec-WebSocket-Protocol", chosen) }
        return HTTPResponse(
            status: 101, headers: headers,
            body: .upgraded { input, output in
                let session = WebSocketSession(input, output, configuration: configuration, chosenProtocol: chosen)
                try await session.run(handler)
            })
    }

    /// The best of our subprotocols that the client offers.
    private static func choose(_ protocols: [String], _ headers: HTTPHeaders) -> String? {
        guard !protocols.isEmpty else { return nil }
        let offered = headers.all(named: "sec-websocket-protocol").flatMap { line in
            line.split(separator: ",").map { $0.filter { $0 != " " && $0 != "\t" } }
        }
        return protocols.first { offered.contains($0) }
    }
}
