import IO
import TestSupport
import Testing

@testable import HTTP

/// WebSockets over HTTP/2 (RFC 8441): an extended CONNECT is an upgrade, and its stream the tunnel.
@Suite struct HTTP2TunnelTests {
    private static let connect = HeaderBlock.encode([
        (":method", "CONNECT"), (":protocol", "websocket"), (":scheme", "http"), (":path", "/talk"),
        (":authority", "a"), ("sec-websocket-version", "13"),
    ])

    private static func settings(_ client: HTTP2Client) -> [UInt8] {
        client.frames.first { $0.type == HTTP2Frame.Kind.settings }?.payload ?? []
    }

    @Test func `an extended CONNECT carries bytes both ways`() async throws {
        try await withServer(
            .forHTTP2,
            handler: { request in
                #expect(request.method == .get && request.isHTTP2)
                #expect(request.target == (request.upgrade == nil ? "/" : "/talk"))
                #expect(request.body.declaredLength == 0)
                return await TunnelTests.echo(request)
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            let offer = HTTP2Frame.setting(8, 1)
            #expect(stride(from: 0, to: 24, by: 6).contains { Array(Self.settings(client)[$0..<$0 + 6]) == offer })
            client.headers(1, Self.connect, ends: false)
            await client.wait { $0.contains { $0.type == HTTP2Frame.Kind.headers } }
            let answer = client.soFar(1)
            #expect(answer.status == 200 && answer["x-own"] == "1")
            #expect(answer["upgrade"] == nil && answer["content-length"] == nil)
            for text in ["one", "two"] {
                client.data(1, Array(text.utf8))
                await client.wait { $0.contains { $0.payload == Array(text.utf8) } }
            }
            // Other requests go on beside it.
            client.get(3)
            #expect(await client.answer(3).text == "plain")
            client.data(1, [], ends: true)
            let end = await client.answer(1)
            #expect(end.isWhole && end.reset == nil && end.text == "onetwo")
        }
    }

    @Test func `an upgrade that is refused is an answer`() async throws {
        try await withServer(
            .forHTTP2, handler: { _ in HTTPResponse(status: 403, body: .bytes([0x6e, 0x6f])) }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, Self.connect, ends: false)
            let answer = await client.answer(1)
            #expect(answer.status == 403 && answer.text == "no")
        }
    }

    @Test func `only who asked is upgraded`() async throws {
        try await withServer(
            .forHTTP2, handler: { _ in HTTPResponse(status: 101, body: .upgraded { _, _ in }) }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            #expect(await client.answer(1).status == 500)
        }
    }

    @Test func `a tunnel that is reset ends its handler`() async throws {
        let (begun, ended) = (Meeting(), Meeting())
        try await withServer(
            .forHTTP2,
            handler: { _ in
                HTTPResponse(
                    status: 101,
                    body: .upgraded { input, _ in
                        begun.arrive()
                        do { while try await input.next() != nil {} } catch { ended.arrive() }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, Self.connect, ends: false)
            await begun.wait()
            client.reset(1)
            await ended.wait()
        }
    }

    @Test func `a tunnel whose handler ends ends for the client`() async throws {
        struct Broken: Error {}
        try await withServer(
            .forHTTP2,
            handler: { _ in
                HTTPResponse(
                    status: 101,
                    body: .upgraded { input, output in
                        try await output.write([0x61])
                        if try await input.next() == [0x78] { throw Broken() }
                    })
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, Self.connect, ends: false)
            client.data(1, [0x79])
            let proper = await client.answer(1)
            #expect(proper.isWhole && proper.text == "a")
            client.headers(3, Self.connect, ends: false)
            client.data(3, [0x78])
            let broken = await client.answer(3)
            #expect(!broken.isWhole && broken.reset == 8)
        }
    }

    @Test func `a tunnel over which nothing goes is reset`() async throws {
        var configuration = HTTPServerConfiguration.forTests.withHTTP2()
        configuration.tunnelIdle = .milliseconds(300)
        try await withServer(configuration, handler: TunnelTests.echo) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, Self.connect, ends: false)
            #expect(await client.answer(1).reset == 8)
        }
    }

    @Test func `a stop tells the tunnels to end`() async throws {
        let begun = Meeting()
        try await withLoop { loop in
            var configuration = HTTPServerConfiguration.forTests.withHTTP2()
            configuration.tunnelGrace = .milliseconds(100)
            let server = try TestServer.start(on: loop, configuration: configuration) { _ in
                HTTPResponse(
                    status: 101,
                    body: .upgraded { input, output in
                        begun.arrive()
                        do { while try await input.next() != nil {} } catch { try await output.write([0x62]) }
                    })
            }
            let client = try await HTTP2Client.connect(server)
            client.headers(1, Self.connect, ends: false)
            await begun.wait()
            await server.server.drain(within: .seconds(20))
            #expect(client.soFar(1).text == "b")
            #expect(client.goAway == 0)
        }
    }

    @Test func `a stop ends streams of events whole, so that the client comes back to another server`() async throws {
        let begun = Meeting()
        try await withLoop { loop in
            var configuration = HTTPServerConfiguration.forTests.withHTTP2()
            configuration.tunnelGrace = .milliseconds(50)
            let server = try TestServer.start(on: loop, configuration: configuration) { _ in
                let (silence, gate) = AsyncStream<Void>.makeStream()
                return HTTPResponse(
                    status: 200, headers: ["Content-Type": "text/event-stream"],
                    body: .stream(length: nil) { writer in
                        try await writer.write(Array("data: 1\n\n".utf8))
                        begun.arrive()
                        // Ends when the task is cancelled.
                        for await _ in silence {}
                        gate.finish()
                        try Task.checkCancellation()
                    })
            }
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            await begun.wait()
            await server.server.drain(within: .seconds(20))
            let answer = client.soFar(1)
            #expect(answer.isWhole && answer.reset == nil && answer.text == "data: 1\n\n")
            #expect(client.goAway == 0)
        }
    }
}
