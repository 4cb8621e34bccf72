import Glibc
import HTTP
import IO
import Telemetry

/// Sends back every message of every WebSocket: `BenchWebSocket PORT [LARGEST]`.
///
/// What is measured behind proxies, and what conformance suites are run against.
@main
struct BenchWebSocket {
    static func main() throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap(Int.init)
        guard let port = arguments.first, arguments.count == CommandLine.arguments.count - 1 else {
            print("usage: BenchWebSocket PORT [LARGEST]")
            exit(2)
        }
        var configuration = WebSocketConfiguration()
        configuration.largestMessage = arguments.dropFirst().first ?? configuration.largestMessage
        configuration.mostQueued = max(configuration.mostQueued, 2 * configuration.largestMessage)
        let chosen = configuration
        let loop = EventLoop(name: "bench")
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: port)
        var settings = HTTPServerConfiguration()
        settings.http2 = HTTP2Limits()
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: settings, logger: Logger(service: "bench"), metrics: Metrics()
        ) { request in
            WebSocketHandshake.answer(request, configuration: chosen) { session in
                for try await message in session { try session.send(message) }
            }
        }
        loop.spawn {
            do { try server.start() } catch {
                print(error)
                exit(1)
            }
        }
        loop.run()
    }
}
