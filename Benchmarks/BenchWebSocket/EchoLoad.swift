import Glibc
import HTTP
import HTTPClient
import IO

/// WebSockets that each send a message, wait until it has come back, and send the next; confined to its loop.
final class EchoLoad: @unchecked Sendable {
    private static let size = 64
    /// A text with a mask of zeros, so that what comes back is its payload.
    private static let message: [UInt8] =
        [0x81, 0x80 | UInt8(size), 0, 0, 0, 0] + [UInt8](repeating: 0x61, count: size)
    private static let echo: [UInt8] = [0x81, UInt8(size)] + [UInt8](repeating: 0x61, count: size)

    private let loop: EventLoop
    private let client: InternalHTTPClient
    private let endpoint: HTTPEndpoint
    private let headers: HTTPHeaders
    private let path: String
    private var end: UInt64 = 0
    private var messages = 0

    struct WrongEcho: Error {}

    init(_ loop: EventLoop, port: Int, host: String, path: String, bearer: String?) {
        self.loop = loop
        client = InternalHTTPClient(loop: loop)
        endpoint = HTTPEndpoint(host: "127.0.0.1", port: port)
        self.path = path
        var headers: HTTPHeaders = ["Host": host, "Sec-WebSocket-Version": "13"]
        if let bearer { headers.set("Authorization", "Bearer \(bearer)") }
        self.headers = headers
    }

    /// Opens all, then has them talk for so long: messages that came back, and seconds.
    func run(connections: Int, seconds: Int) async throws -> (messages: Int, seconds: Double) {
        var open: [HTTPClientResponse] = []
        for _ in 0..<connections {
            var request = HTTPClientRequest(method: .get, target: path, headers: headers)
            request.upgrade = .make()
            let answer = try await client.send(request, to: endpoint, deadline: .seconds(30))
            guard answer.status == 101 else {
                print("not upgraded: \(answer.status)")
                exit(1)
            }
            open.append(answer)
        }
        let started = loop.now
        end = started + UInt64(seconds) * 1000
        let tasks = open.map { answer in
            loop.spawn { [self] () async -> Result<Void, any Error> in
                do { return .success(try await talk(answer)) } catch { return .failure(error) }
            }
        }
        for task in tasks { try await task.value.get() }
        return (messages, Double(loop.now - started) / 1000)
    }

    private func talk(_ answer: HTTPClientResponse) async throws {
        guard let writer = answer.writer else { throw WrongEcho() }
        while loop.now < end {
            try await writer.write(Self.message)
            var got: [UInt8] = []
            while got.count < Self.echo.count {
                guard let piece = try await answer.body.next() else { throw WrongEcho() }
                got += piece
            }
            guard got == Self.echo else { throw WrongEcho() }
            messages += 1
        }
        writer.finish()
    }
}
