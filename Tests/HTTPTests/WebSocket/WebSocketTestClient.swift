import IO

@testable import HTTP

/// A WebSocket client that sends any frames and reads a server's.
///
/// Confined to its loop.
final class WebSocketTestClient: @unchecked Sendable {
    static let request = """
        GET /talk HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
        Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n
        """

    let tcp: TestClient

    private init(_ tcp: TestClient) { self.tcp = tcp }

    /// Connects and shakes hands; the head of the answer is taken.
    static func connect(to server: TestServer, fields: String = "", reads: Bool = true) async throws
        -> WebSocketTestClient
    {
        let client = WebSocketTestClient(try await server.connect(reads: reads))
        client.tcp.send(request + fields + "\r\n")
        return client
    }

    func send(_ script: String) { tcp.send(FrameScript.bytes(script[...])) }

    /// Waits for so many frames, or the end, and gives all that have come.
    func frames(_ count: Int = .max) async -> [String] {
        await tcp.wait { Self.frames(in: $0.received).count >= count }
        return Self.frames(in: tcp.received)
    }

    /// What stands behind the head, as texts: `T(abc)`, `B(3)` with the length, `P(abc)`, `Q(abc)`, `X(1000,reason)`.
    private static func frames(in received: [UInt8]) -> [String] {
        guard let head = received.firstRange(of: Array("\r\n\r\n".utf8)) else { return [] }
        var rest = received[head.upperBound...]
        var frames: [String] = []
        while let (frame, end) = frame(rest) {
            frames.append(frame)
            rest = rest[end...]
        }
        return frames
    }

    private static func frame(_ bytes: ArraySlice<UInt8>) -> (String, Int)? {
        let start = bytes.startIndex
        guard bytes.count >= 2 else { return nil }
        var length = Int(bytes[start + 1])
        let extended = length == 126 ? 2 : length == 127 ? 8 : 0
        guard bytes.count >= 2 + extended else { return nil }
        if extended > 0 { length = bytes[start + 2..<start + 2 + extended].reduce(0) { $0 << 8 | Int($1) } }
        let payloadStart = start + 2 + extended
        guard bytes.endIndex - payloadStart >= length else { return nil }
        let payload = bytes[payloadStart..<payloadStart + length]
        let text = String(decoding: payload, as: UTF8.self)
        let frame =
            switch bytes[start] {
            case 0x81: "T(\(text))"
            case 0x82: "B(\(length))"
            case 0x89: "P(\(text))"
            case 0x8a: "Q(\(text))"
            case 0x88 where payload.isEmpty: "X()"
            case 0x88:
                "X(\(Int(payload[payloadStart]) << 8 | Int(payload[payloadStart + 1])))"
                    + String(decoding: payload.dropFirst(2), as: UTF8.self)
            default: "?"
            }
        return (frame, payloadStart + length)
    }
}
