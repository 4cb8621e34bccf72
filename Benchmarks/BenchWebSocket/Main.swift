import Glibc
import HTTP
import IO
import Telemetry

/// Sends back every message of every WebSocket, or is who sends them.
///
/// `BenchWebSocket PORT [LARGEST]` is what is measured behind proxies, and what conformance suites are run against.
/// `BenchWebSocket load PORT HOST PATH CONNECTIONS SECONDS` prints how many messages came back; BEARER may be a token.
@main
struct BenchWebSocket {
    static func main() throws {
        let words = Array(CommandLine.arguments.dropFirst())
        let numbers = words.compactMap(Int.init)
        if words.first == "load", words.count == 6, numbers.count == 3 {
            return load(port: numbers[0], host: words[2], path: words[3], connections: numbers[1], seconds: numbers[2])
        }
        guard let port = numbers.first, numbers.count == words.count else {
            print("usage: BenchWebSocket PORT [LARGEST] | load PORT HOST PATH CONNECTIONS SECONDS")
            exit(2)
        }
        try serve(port: port, largest: numbers.dropFirst().first)
    }

    private static func serve(port: Int, largest: Int?) throws {
        var configuration = WebSocketConfiguration()
        configuration.largestMessage = largest ?? configuration.largestMessage
        configuration.mostQueued = max(configuration.mostQueued, 2 * configuration.largestMessage)
        let chosen = configuration
        let loop = EventLoop(name: "bench")
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: port)
        var settings = HTTPServerConfiguration()
        settings.http2 = HTTP2Limits()
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: settings, logger: Logger(service: "bench"), metrics: Metrics()
        ) { request in
            // A gateway in front asks whether it is ready.
            if request.upgrade == nil, request.path == "/ready" { return HTTPResponse(status: 200) }
            return WebSocketHandshake.answer(request, configuration: chosen) { session in
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

    private static func load(port: Int, host: String, path: String, connections: Int, seconds: Int) {
        let loop = EventLoop(name: "load")
        let bearer = getenv("BEARER").map { String(cString: $0) }
        let load = EchoLoad(loop, port: port, host: host, path: path, bearer: bearer)
        loop.spawn {
            do {
                let (messages, seconds) = try await load.run(connections: connections, seconds: seconds)
                print("\(messages) messages in \(seconds) s")
                exit(0)
            } catch {
                print(error)
                exit(1)
            }
        }
        loop.run()
    }
}
