package import Clients
package import HTTP
import HTTPClient
package import IO
import JSON
package import Models
import Telemetry

/// A server on loopback that stands where other services do and answers as a test says.
///
/// The bearer token of a request is the name of the service that it is meant for.
package final class StandInService: Sendable {
    private let http: InternalHTTPClient
    private let server: HTTPServer
    private let port: Int

    package init(_ loop: EventLoop, _ answer: @escaping HTTPHandler) throws {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        http = InternalHTTPClient(loop: loop)
        server = HTTPServer(
            loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics(), handler: answer)
        try server.start()
    }

    /// A client to it as to some service.
    package func client(for callee: ServiceName) -> ServiceClient {
        ServiceClient(
            http: http, endpoint: HTTPEndpoint(host: "127.0.0.1", port: port), callee: callee, tokens: FixedToken())
    }

    /// Ends it before its loop ends, for tests that make several of them.
    package func stop() async {
        http.close()
        await server.drain(within: .seconds(1))
    }
}

extension HTTPResponse {
    /// An answer of JSON.
    package static func json(_ value: some Encodable) -> HTTPResponse {
        do {
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(value)))
        } catch {
            return HTTPResponse(status: 500)
        }
    }
}
