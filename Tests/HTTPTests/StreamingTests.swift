@testable import HTTP
import IO
import Telemetry
import TestSupport
import Testing

@Suite struct StreamingTests {
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    }

    /// The body of a chunked or plain response.
    private static func body(of bytes: [UInt8]) -> [UInt8]? {
        var parser = ResponseParser(requestMethod: .get)
        guard case .head(let head, let length) = parser.parse(bytes.span) else { return nil }
        var decoder = BodyDecoder(head.framing)
        var body: [UInt8] = []
        var at = length
        while true {
            switch decoder.next(bytes.span, from: at) {
            case .bytes(let range):
                bytes.withUnsafeBufferPointer { body.append(contentsOf: UnsafeBufferPointer(rebasing: $0[range])) }
                at = range.upperBound
            case .end: return body
            case .needMore: return head.framing == .untilClose ? body : nil
            case .refused: return nil
            }
        }
    }

    @Test(arguments: [nil, 300_000 as Int64?]) func `a streamed body arrives whole`(length: Int64?) async throws {
        let sent = Self.pattern(300_000)
        try await withServer(handler: { _ in
            HTTPResponse(
                status: 200,
                body: .stream(length: length) { writer in
                    var at = 0
                    var size = 1
                    while at < sent.count {
                        let end = min(sent.count, at + size)
                        try await writer.write(Array(sent[at..<end]))
                        at = end
                        size = min(size * 3, 100_000)
                    }
                })
        }) { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            _ = await client.readToEnd()
            // Not compared in the expectation, which would look for the difference of two long arrays for minutes.
            let isWhole = Self.body(of: client.received) == sent
            #expect(isWhole)
        }
    }

    @Test func `a large whole body arrives whole and the connection goes on`() async throws {
        let sent = Self.pattern(1_000_000)
        try await withServer(handler: { request in
            HTTPResponse(status: 200, body: .bytes(request.path == "/" ? sent : [0x6f, 0x6b]))
        }) { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await client.wait { $0.received.count > sent.count && Self.body(of: $0.received) != nil }
            // Not compared in the expectation, which would look for the difference of two long arrays for minutes.
            let isWhole = Self.body(of: client.received) == sent
            #expect(isWhole)
            client.clear()
            client.send("GET /next HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.read(upTo: "ok").contains("200 OK"))
        }
    }

    @Test func `a body that is echoed while it arrives comes back whole`() async throws {
        let sent = Self.pattern(600_000)
        try await withServer(handler: { request in
            let body = request.body
            return HTTPResponse(
                status: 200,
                body: .stream(length: body.declaredLength) { writer in
                    while let piece = try await body.next() { try await writer.write(piece) }
                })
        }) { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(sent.count)\r\n\r\n")
            client.send(sent)
            _ = await client.readToEnd()
            // Not compared in the expectation, which would look for the difference of two long arrays for minutes.
            let isWhole = Self.body(of: client.received) == sent
            #expect(isWhole)
        }
    }

    @Test func `a handler that does not read stops the sender`() async throws {
        let (arrived, go) = (Meeting(), Meeting())
        var configuration = HTTPServerConfiguration.forTests
        configuration.bodyIdle = .seconds(1)
        try await withServer(
            configuration,
            handler: { request in
                arrived.arrive()
                await go.wait()
                var total = 0
                do { while let piece = try await request.body.next() { total += piece.count } } catch { total = -1 }
                return HTTPResponse(status: 200, body: .bytes(Array("total \(total)".utf8)))
            }
        ) { server in
            let size = 8_000_000
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: \(size)\r\n\r\n")
            client.send([UInt8](repeating: 1, count: size))
            await arrived.wait()
            // Longer than the body may pause: it is not the client that pauses.
            try await server.loop.sleep(for: .milliseconds(1300))
            #expect(client.pendingBytes > size / 2)
            go.arrive()
            #expect(await client.read(upTo: "total").hasSuffix("total \(size)"))
        }
    }

    @Test func `a client that does not read stops the writer, and is served when it reads`() async throws {
        let written = Meeting()
        let piece = [UInt8](repeating: 0x61, count: 100_000)
        var configuration = HTTPServerConfiguration.forTests
        configuration.writerStuck = .seconds(20)
        try await withServer(
            configuration,
            handler: { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: 8_000_000) { writer in
                        for _ in 0..<80 {
                            try await writer.write(piece)
                            written.arrive()
                        }
                    })
            }
        ) { server in
            let client = try await server.connect(reads: false)
            client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            await written.wait()
            try await server.loop.sleep(for: .milliseconds(200))
            #expect(written.count < 70)
            client.startReading()
            _ = await client.readToEnd()
            #expect(Self.body(of: client.received)?.count == 8_000_000)
        }
    }

    @Test func `a body of another length than declared is cut, not padded`() async throws {
        for (length, text) in [(10, "short"), (3, "long")] as [(Int64, String)] {
            try await withServer(handler: { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: length) { writer in
                        try await writer.write([])
                        try await writer.write(Array(text.utf8))
                    })
            }) { server in
                let client = try await server.connect()
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                _ = await client.readToEnd()
                #expect(Self.body(of: client.received) == nil)
                #expect(server.log.text.contains("Response was cut short"))
            }
        }
    }

    @Test func `a stream that fails before its first byte is a 500`() async throws {
        struct Broken: Error {}
        try await withServer(handler: { _ in
            HTTPResponse(status: 200, body: .stream(length: nil) { _ in throw Broken() })
        }) { server in
            let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 500 "))
        }
    }

    @Test func `the head of a stream that has nothing to say yet is sent`() async throws {
        let go = Meeting()
        try await withServer(handler: { _ in
            HTTPResponse(
                status: 200,
                body: .stream(length: nil) { writer in
                    await go.wait()
                    try await writer.write([0x61])
                })
        }) { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.read(upTo: "\r\n\r\n").contains("Transfer-Encoding: chunked"))
            go.arrive()
            #expect(await client.read(upTo: "0\r\n\r\n").hasSuffix("\r\n\r\n1\r\na\r\n0\r\n\r\n"))
        }
    }

    @Test func `a silent stream of events ends with its reader, and with the server`() async throws {
        let ended = Meeting()
        var configuration = HTTPServerConfiguration.forTests
        configuration.tunnelGrace = .milliseconds(50)
        try await withServer(
            configuration,
            handler: { _ in
                let (silence, gate) = AsyncStream<Void>.makeStream()
                return HTTPResponse(
                    status: 200, headers: ["Content-Type": "text/event-stream; charset=utf-8"],
                    body: .stream(length: nil) { writer in
                        defer { ended.arrive() }
                        try await writer.write(Array("data: 1\n\n".utf8))
                        // Ends when the task is cancelled.
                        for await _ in silence {}
                        gate.finish()
                        try Task.checkCancellation()
                    })
            }
        ) { server in
            let request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"
            let (first, second) = (try await server.connect(), try await server.connect())
            first.send(request)
            #expect(await first.read(upTo: "data: 1").contains("200 OK"))
            first.close()
            await ended.wait(for: 1)
            second.send(request)
            _ = await second.read(upTo: "data: 1")
            await server.server.drain(within: .seconds(20))
            #expect(ended.count == 2)
            #expect(await second.readToEnd().hasSuffix("data: 1\n\n\r\n0\r\n\r\n"))
        }
    }

    @Test func `a lost client ends its body with an error`() async throws {
        let (started, ended) = (Meeting(), Meeting())
        let outcome = Outcome()
        try await withServer(handler: { request in
            started.arrive()
            do {
                while try await request.body.next() != nil {}
                outcome.text = "whole"
            } catch {
                outcome.text = "\(error)"
            }
            ended.arrive()
            return HTTPResponse(status: 200)
        }) { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            await started.wait()
            client.close()
            await ended.wait()
            #expect(outcome.text == "connectionClosed")
        }
    }

    @Test func `an unread small body is skipped and an unread large one ends the connection`() async throws {
        try await withServer(handler: { _ in HTTPResponse(status: 200, body: .bytes([0x6f, 0x6b])) }) { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000\r\n\r\nabc")
            #expect(!(await client.read(upTo: "ok")).contains("Connection: close"))
            client.clear()
            client.send([UInt8](repeating: 0x47, count: 997))
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(await client.read(upTo: "ok").contains("200 OK"))
            client.clear()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000000\r\n\r\nabc")
            // The rest keeps coming: the answer has to survive it.
            client.send([UInt8](repeating: 0x47, count: 1_000_000))
            #expect(await client.readToEnd().contains("Connection: close"))
            #expect(client.text.hasSuffix("ok"))
        }
    }

    private final class Outcome: @unchecked Sendable {
        var text = ""
    }
}
