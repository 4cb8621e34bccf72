import IO
import TestSupport

@testable import HTTP

/// A client that sends any frames it is told to and looks at every frame that comes.
///
/// Confined to its loop.
final class HTTP2Client: @unchecked Sendable {
    static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

    let client: TestClient
    private let reader = HTTP2BlockReader()
    private var answers: [UInt32: [(name: String, value: String)]] = [:]
    private var readFrames = 0
    private var pings: UInt64 = 0
    private var parsed: [HTTP2Frame] = []
    private var parsedBytes = 0

    init(_ client: TestClient) { self.client = client }

    /// A connection on which both ends have sent their settings.
    static func connect(
        _ server: TestServer, settings: [UInt8] = [], reads: Bool = true
    ) async throws -> HTTP2Client {
        let client = HTTP2Client(try await server.connect(reads: reads))
        client.client.send(preface)
        client.send(HTTP2Frame(type: HTTP2Frame.Kind.settings, payload: settings))
        guard reads else { return client }
        await client.wait { $0.contains { $0.type == HTTP2Frame.Kind.settings && $0.flags == 1 } }
        client.send(HTTP2Frame(type: HTTP2Frame.Kind.settings, flags: 1))
        return client
    }

    /// All frames so far.
    var frames: [HTTP2Frame] {
        let more = HTTP2Frame.all(in: Array(client.received[parsedBytes...]))
        parsedBytes += more.reduce(0) { $0 + 9 + $1.payload.count }
        parsed += more
        return parsed
    }

    var isOver: Bool { client.isAtEnd || client.isClosed }

    func send(_ frame: HTTP2Frame) { client.send(frame.bytes) }

    func headers(_ stream: UInt32, _ block: [UInt8], ends: Bool = true) {
        let flags = HTTP2Frame.endHeaders | (ends ? HTTP2Frame.endStream : 0)
        send(HTTP2Frame(type: HTTP2Frame.Kind.headers, flags: flags, stream: stream, payload: block))
    }

    func get(_ stream: UInt32, _ path: String = "/", _ more: [(String, String)] = []) {
        headers(stream, HeaderBlock.request("GET", path: path, more))
    }

    func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) {
        send(
            HTTP2Frame(
                type: HTTP2Frame.Kind.data, flags: ends ? HTTP2Frame.endStream : 0, stream: stream, payload: bytes))
    }

    func window(_ stream: UInt32, _ increment: UInt32) {
        send(
            HTTP2Frame(
                type: HTTP2Frame.Kind.window, stream: stream, payload: HTTP2Frame.number(increment)))
    }

    func reset(_ stream: UInt32, _ code: UInt32 = 8) {
        send(HTTP2Frame(type: HTTP2Frame.Kind.reset, stream: stream, payload: HTTP2Frame.number(code)))
    }

    /// Waits until the condition holds or the server has closed.
    func wait(until condition: @escaping ([HTTP2Frame]) -> Bool) async {
        await client.wait { [self] _ in condition(frames) }
    }

    /// Sends a ping and waits for its answer; false when the connection ended first.
    func ping() async -> Bool {
        pings += 1
        let number = HTTP2Frame.number(0x7469_636b) + HTTP2Frame.number(UInt32(truncatingIfNeeded: pings))
        send(HTTP2Frame(type: HTTP2Frame.Kind.ping, payload: number))
        await wait { $0.contains { $0.type == HTTP2Frame.Kind.ping && $0.flags == 1 && $0.payload == number } }
        return frames.contains { $0.type == HTTP2Frame.Kind.ping && $0.flags == 1 && $0.payload == number }
    }

    /// Waits until the server has acted on everything that was sent, or the connection is over.
    ///
    /// Twice, because the answer to a ping goes before what waits.
    func settle() async -> Bool {
        guard await ping() else { return false }
        return await ping()
    }

    /// Waits for the end of a stream's answer, its reset or the connection's end.
    func answer(_ stream: UInt32) async -> HTTP2Answer {
        await wait {
            $0.contains {
                $0.stream == stream && ($0.endsStream || $0.type == HTTP2Frame.Kind.reset)
                    || $0.type == HTTP2Frame.Kind.goAway && $0.errorCode != 0
            }
        }
        return soFar(stream)
    }

    /// What has come of a stream's answer.
    func soFar(_ stream: UInt32) -> HTTP2Answer {
        let frames = frames
        for frame in frames[readFrames...] where frame.type == HTTP2Frame.Kind.headers {
            answers[frame.stream] = reader.read(frame.payload) ?? []
        }
        readFrames = frames.count
        let own = frames.filter { $0.stream == stream }
        let body = own.filter { $0.type == HTTP2Frame.Kind.data }.flatMap(\.payload)
        return HTTP2Answer(
            fields: answers[stream] ?? [], body: body, isWhole: own.contains { $0.endsStream },
            reset: own.first { $0.type == HTTP2Frame.Kind.reset }?.errorCode)
    }

    /// The code of the server's GOAWAY.
    var goAway: UInt32? { frames.last { $0.type == HTTP2Frame.Kind.goAway }?.errorCode }
}

/// What a server said on one stream.
struct HTTP2Answer {
    var fields: [(name: String, value: String)]
    var body: [UInt8]
    var isWhole: Bool
    var reset: UInt32?

    subscript(_ name: String) -> String? { fields.first { $0.name == name }?.value }

    var status: Int? { self[":status"].flatMap { Int($0) } }
    var text: String { String(decoding: body, as: UTF8.self) }
}

extension HTTPServerConfiguration {
    /// Speaks HTTP/2 too.
    func withHTTP2(_ change: (inout HTTP2Limits) -> Void = { _ in }) -> HTTPServerConfiguration {
        var configuration = self
        var limits = HTTP2Limits()
        change(&limits)
        configuration.http2 = limits
        return configuration
    }

    static var forHTTP2: HTTPServerConfiguration { forTests.withHTTP2() }
}
