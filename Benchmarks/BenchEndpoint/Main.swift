import Glibc
import HTTP
import IO
import Telemetry

/// Answers every request with one kilobyte of JSON: `BenchEndpoint PORT`.
///
/// What a comparison with nginx measures.
@main
struct BenchEndpoint {
    static func main() throws {
        guard CommandLine.arguments.count == 2, let port = Int(CommandLine.arguments[1]) else {
            print("usage: BenchEndpoint PORT")
            exit(2)
        }
        let document = Self.document
        let loop = EventLoop(name: "bench")
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: port)
        var configuration = HTTPServerConfiguration()
        configuration.http2 = HTTP2Limits()
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: configuration, logger: Logger(service: "bench"),
            metrics: Metrics()
        ) { _ in
            HTTPResponse(status: 200, headers: ["Content-Type": "application/json"], body: .bytes(document))
        }
        loop.spawn {
            do { try server.start() } catch {
                print(error)
                exit(1)
            }
        }
        loop.run()
    }

    /// 1,024 bytes.
    private static var document: [UInt8] {
        let head = Array(#"{"data":[{"id":"0193a1f2-6f2e-7c3a-9d0b-4f5a6b7c8d9e","status":"completed","note":""#.utf8)
        let tail = Array(#""}],"page":1,"limit":20,"total":1}"#.utf8)
        return head + [UInt8](repeating: 0x61, count: 1024 - head.count - tail.count) + tail
    }
}
