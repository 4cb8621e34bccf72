import Glibc
import HTTP
import HTTPClient
import IO
import Telemetry

/// Passes every request on to another server: `BenchProxy PORT UPSTREAM-PORT`.
///
/// What a comparison with nginx's proxying measures.
@main
struct BenchProxy {
    static func main() throws {
        guard CommandLine.arguments.count == 3, let port = Int(CommandLine.arguments[1]),
            let upstream = Int(CommandLine.arguments[2])
        else {
            print("usage: BenchProxy PORT UPSTREAM-PORT")
            exit(2)
        }
        let loop = EventLoop(name: "bench")
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: port)
        let client = InternalHTTPClient(loop: loop)
        let endpoint = HTTPEndpoint(host: "127.0.0.1", port: upstream)
        var configuration = HTTPServerConfiguration()
        configuration.http2 = HTTP2Limits()
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: configuration, logger: Logger(service: "bench"),
            metrics: Metrics()
        ) { request in await forward(request, client, endpoint) }
        loop.spawn {
            do { try server.start() } catch {
                print(error)
                exit(1)
            }
        }
        loop.run()
    }

    private static func forward(
        _ request: HTTPRequest, _ client: InternalHTTPClient, _ endpoint: HTTPEndpoint
    ) async -> HTTPResponse {
        do {
            let answer = try await client.send(
                HTTPClientRequest(
                    method: request.method, target: request.target, headers: request.headers,
                    body: .stream(request.body)),
                to: endpoint, deadline: .seconds(30))
            let body = answer.body
            if let length = body.declaredLength, Int64(body.waiting) == length {
                let bytes = try await body.collect(upTo: Int(length))
                return HTTPResponse(status: answer.status, headers: answer.headers, body: .bytes(bytes))
            }
            return HTTPResponse(
                status: answer.status, headers: answer.headers,
                body: .stream(length: body.declaredLength) { writer in
                    while let piece = try await body.next() { try await writer.write(piece) }
                })
        } catch {
            return HTTPResponse(status: 502)
        }
    }
}
