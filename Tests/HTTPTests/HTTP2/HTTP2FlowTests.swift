import IO
import Telemetry
import TestSupport
import Testing

@testable import HTTP

/// Windows both ways, long bodies, and the ends of streams.
@Suite struct HTTP2FlowTests {
    private static func pattern(_ count: Int) -> [UInt8] {
        (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 9) }
    }

    private static func answering(_ bytes: [UInt8]) -> HTTPHandler {
        { _ in HTTPResponse(status: 200, body: .bytes(bytes)) }
    }

    private static func dataLength(_ client: HTTP2Client, _ stream: UInt32) -> Int {
        client.frames.reduce(0) { $1.type == 0 && $1.stream == stream ? $0 + $1.payload.count : $0 }
    }

    @Test func `no more is sent than the stream's window, which may become negative`() async throws {
        try await withServer(.forHTTP2, handler: Self.answering(Self.pattern(1000))) { server in
            let client = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 10))
            client.get(1)
            #expect(await client.settle())
            #expect(Self.dataLength(client, 1) == 10)
            // RFC 9113, 6.9.2: the window is now 3 - 10.
            client.send(HTTP2Frame(type: HTTP2Frame.Kind.settings, payload: HTTP2Frame.setting(4, 3)))
            client.window(1, 7)
            #expect(await client.settle())
            #expect(Self.dataLength(client, 1) == 10)
            client.window(1, 1)
            #expect(await client.settle())
            #expect(Self.dataLength(client, 1) == 11)
            client.send(HTTP2Frame(type: HTTP2Frame.Kind.settings, payload: HTTP2Frame.setting(4, 2000)))
            #expect(await client.answer(1).body == Self.pattern(1000))
        }
    }

    @Test func `no more is sent than the connection's window`() async throws {
        let size = 100_000
        try await withServer(.forHTTP2, handler: Self.answering(Self.pattern(size))) { server in
            let client = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 1_000_000))
            client.get(1)
            client.get(3)
            #expect(await client.settle())
            #expect(Self.dataLength(client, 1) + Self.dataLength(client, 3) == 65_535)
            client.window(0, 1_000_000)
            for stream in [1, 3] as [UInt32] {
                let isWhole = await client.answer(stream).body == Self.pattern(size)
                #expect(isWhole)
            }
        }
    }

    @Test(arguments: [nil, 300_000 as Int64?]) func `a streamed body arrives whole`(length: Int64?) async throws {
        let sent = Self.pattern(300_000)
        try await withServer(
            .forHTTP2,
            handler: { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: length) { writer in
                        var (at, size) = (0, 1)
                        while at < sent.count {
                            let end = min(sent.count, at + size)
                            try await writer.write(Array(sent[at..<end]))
                            (at, size) = (end, min(size * 3, 100_000))
                        }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 1_000_000))
            client.window(0, 1_000_000)
            client.get(1)
            let answer = await client.answer(1)
            let isWhole = answer.body == sent
            #expect(isWhole)
            #expect(answer["content-length"] == length.map { "\($0)" })
        }
    }

    @Test func `a client without room stops the writer, and only its own`() async throws {
        let written = Meeting()
        try await withServer(
            .forHTTP2,
            handler: { request in
                guard request.path == "/long" else { return HTTPResponse(status: 200) }
                return HTTPResponse(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        for _ in 0..<100 {
                            try await writer.write([UInt8](repeating: 1, count: 10_000))
                            written.arrive()
                        }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 0))
            client.get(1, "/long")
            await written.wait(for: 6)
            client.get(3)
            #expect(await client.answer(3).status == 200)
            #expect(await client.settle())
            #expect(written.count <= 7)
            client.window(0, 2_000_000)
            client.window(1, 2_000_000)
            #expect(await client.answer(1).body.count == 1_000_000)
        }
    }

    @Test func `room for a body is given as the handler reads`() async throws {
        let (arrived, go) = (Meeting(), Gate())
        try await withServer(
            HTTPServerConfiguration.forTests.withHTTP2 {
                $0.streamWindow = 100_000
                $0.connectionWindow = 200_000
            },
            handler: { request in
                arrived.arrive()
                await go.wait()
                return await HTTP2FramingTests.handler(request)
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.post, ends: false)
            for _ in 0..<10 { client.data(1, [UInt8](repeating: 1, count: 10_000)) }
            await arrived.wait()
            #expect(await client.settle())
            #expect(!client.frames.contains { $0.type == HTTP2Frame.Kind.window && $0.stream == 1 })
            go.open()
            await client.wait { $0.contains { $0.type == HTTP2Frame.Kind.window && $0.stream == 1 } }
            client.data(1, [UInt8](repeating: 1, count: 10_000), ends: true)
            #expect(await client.answer(1).text == "POST 110000")
        }
    }

    @Test(arguments: [(100_000, 200_000), (200_000, 100_000)])
    func `more than the window is a flow-control error`(stream: Int, connection: Int) async throws {
        let go = Gate()
        try await withServer(
            HTTPServerConfiguration.forTests.withHTTP2 {
                $0.streamWindow = stream
                $0.connectionWindow = connection
            },
            handler: { _ in
                await go.wait()
                return HTTPResponse(status: 200)
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.post, ends: false)
            for _ in 0..<11 { client.data(1, [UInt8](repeating: 1, count: 10_000)) }
            let code = await client.answer(1).reset ?? client.goAway
            #expect(code == 3)
            go.open()
        }
    }

    @Test func `an echo of a long body comes back whole`() async throws {
        let sent = Self.pattern(600_000)
        try await withServer(
            .forHTTP2,
            handler: { request in
                let body = request.body
                return HTTPResponse(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        while let piece = try await body.next() { try await writer.write(piece) }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 1_000_000))
            client.window(0, 1_000_000)
            client.headers(1, HeaderBlock.post, ends: false)
            var (at, room) = (0, 262_144)
            while at < sent.count {
                let end = min(sent.count, at + 10_000)
                await client.wait { frames in
                    room = frames.reduce(262_144) {
                        $1.type == HTTP2Frame.Kind.window && $1.stream == 1 ? $0 + Int($1.number(at: 0)) : $0
                    }
                    return room >= end
                }
                client.data(1, Array(sent[at..<end]), ends: end == sent.count)
                at = end
            }
            let isWhole = await client.answer(1).body == sent
            #expect(isWhole)
        }
    }

    @Test func `a reset cancels the handler and its body`() async throws {
        let (arrived, ended) = (Meeting(), Meeting())
        try await withServer(
            .forHTTP2,
            handler: { request in
                arrived.arrive()
                do { _ = try await request.body.collect(upTo: 1000) } catch { ended.arrive() }
                return HTTPResponse(status: 200)
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.post, ends: false)
            await arrived.wait()
            client.reset(1)
            await ended.wait()
            client.headers(3, HeaderBlock.post, ends: false)
            await arrived.wait(for: 2)
            client.client.close()
            await ended.wait(for: 2)
        }
    }

    @Test func `a reset ends a writer that waits for room`() async throws {
        let (begun, ended) = (Meeting(), Meeting())
        try await withServer(
            .forHTTP2,
            handler: { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        defer { ended.arrive() }
                        begun.arrive()
                        while true { try await writer.write([UInt8](repeating: 1, count: 10_000)) }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            await begun.wait()
            client.reset(1)
            await ended.wait()
            #expect(await client.settle())
        }
    }

    @Test func `an answer that did not need the body ends the request`() async throws {
        try await withServer(.forHTTP2, handler: { _ in HTTPResponse(status: 413) }) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.post, ends: false)
            #expect(await client.answer(1).status == 413)
            client.data(1, [1, 2, 3])
            await client.wait { $0.contains { $0.type == HTTP2Frame.Kind.reset } }
            #expect(client.soFar(1).reset == 0)
            // What was on its way is nobody's fault.
            client.data(1, [1, 2, 3])
            #expect(await client.settle())
        }
    }

    @Test func `heads without bodies`() async throws {
        try await withServer(
            .forHTTP2,
            handler: { request in
                switch request.path {
                case "/204": return HTTPResponse(status: 204, body: .bytes([1, 2]))
                case "/304": return HTTPResponse(status: 304, headers: ["Content-Length": "5", "ETag": "x"])
                default:
                    let headers: HTTPHeaders = [
                        "Connection": "keep-alive", "X-Upper": " b ", "Transfer-Encoding": "chunked",
                    ]
                    return HTTPResponse(status: 200, headers: headers, body: .bytes([1, 2, 3]))
                }
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.request("HEAD"))
            client.get(3, "/204")
            client.get(5, "/304")
            client.get(7)
            let head = await client.answer(1)
            #expect(head.status == 200 && head["content-length"] == "3" && head.body.isEmpty && head.isWhole)
            let nothing = await client.answer(3)
            #expect(nothing.status == 204 && nothing["content-length"] == nil && nothing.body.isEmpty)
            #expect(await client.answer(5)["content-length"] == "5")
            let whole = await client.answer(7)
            #expect(whole.fields.map(\.name) == [":status", "date", "content-length", "x-upper"])
            #expect(whole["x-upper"] == "b" && whole.body == [1, 2, 3])
        }
    }

    @Test func `a broken stream is a 500 or a reset`() async throws {
        struct Broken: Error {}
        try await withServer(
            .forHTTP2,
            handler: { request in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: request.path == "/short" ? 5 : nil) { writer in
                        guard request.path != "/" else { throw Broken() }
                        try await writer.write([1, 2, 3])
                        if request.path == "/late" { throw Broken() }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            #expect(await client.answer(1).status == 500)
            for (stream, path) in [(3, "/late"), (5, "/short")] as [(UInt32, String)] {
                client.get(stream, path)
                let answer = await client.answer(stream)
                #expect(answer.reset == 2 && !answer.isWhole)
            }
        }
    }

    @Test func `a client is told to go on when the handler wants its body`() async throws {
        try await withServer(.forHTTP2, handler: HTTP2FramingTests.handler) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.request("POST", path: "/", [("expect", "100-continue")]), ends: false)
            await client.wait { $0.contains { $0.type == HTTP2Frame.Kind.headers } }
            #expect(client.soFar(1).status == 100)
            client.data(1, [1], ends: true)
            #expect(await client.answer(1).status == 200)
        }
    }
}
