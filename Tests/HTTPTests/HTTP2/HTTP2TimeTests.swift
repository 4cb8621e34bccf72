import IO
import Telemetry
import TestSupport
import Testing

@testable import HTTP

/// The preface, times and the end of HTTP/2 connections.
@Suite struct HTTP2TimeTests {
    private static let handler = HTTP2FramingTests.handler
    private static let hurried = HTTPServerConfiguration.hurried.withHTTP2()

    @Test func `a preface in pieces is one, and HTTP 1 is served beside it`() async throws {
        try await withServer(.forHTTP2, handler: Self.handler) { server in
            let client = HTTP2Client(try await server.connect())
            for byte in HTTP2Client.preface + HTTP2Frame(type: HTTP2Frame.Kind.settings).bytes {
                client.client.send([byte])
                try await server.loop.sleep(for: .milliseconds(1))
            }
            client.get(1)
            #expect(await client.answer(1).text == "GET 0")
            for text in ["PUT / HTTP/1.1", "POST / HTTP/1.1", "GET / HTTP/1.1"] {
                let answer = try await server.exchange("\(text)\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 200 "))
            }
        }
    }

    @Test(arguments: [
        "PRI * HTTP/2.0\r\n\r\nXX\r\n\r\n", "PRI * HTTP/1.1\r\n\r\nSM\r\n\r\n", "INVALID CONNECTION PREFACE\r\n\r\n",
    ])
    func `a preface that is none is no HTTP 1 either`(text: String) async throws {
        try await withServer(.forHTTP2, handler: Self.handler) { server in
            let answer = try await server.exchange(text)
            #expect(answer.hasPrefix("HTTP/1.1 4") || answer.hasPrefix("HTTP/1.1 5"))
        }
    }

    @Test func `a listener that does not speak HTTP 2 refuses its preface`() async throws {
        try await withServer(handler: Self.handler) { server in
            let answer = try await server.exchange("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 50"))
        }
    }

    @Test func `what follows the preface must be settings`() async throws {
        try await withServer(.forHTTP2, handler: Self.handler) { server in
            let client = HTTP2Client(try await server.connect())
            client.client.send(HTTP2Client.preface)
            client.get(1)
            await client.wait { _ in false }
            #expect(client.goAway == 1)
        }
    }

    @Test func `a preface that has no end and settings that do not come are cut off`() async throws {
        try await withServer(Self.hurried, handler: Self.handler) { server in
            let began = server.loop.now
            let silent = HTTP2Client(try await server.connect())
            silent.client.send(Array(HTTP2Client.preface[..<10]))
            let short = HTTP2Client(try await server.connect())
            short.client.send(HTTP2Client.preface)
            await short.wait { _ in false }
            #expect(short.goAway == 4)
            await silent.wait { _ in false }
            #expect((350..<6000).contains(server.loop.now - began))
        }
    }

    @Test(arguments: ["half a frame's head", "half a frame", "half a header block"])
    func `what begins has to end`(kind: String) async throws {
        try await withServer(Self.hurried, handler: Self.handler) { server in
            let client = try await HTTP2Client.connect(server)
            let headers = HTTP2Frame(type: HTTP2Frame.Kind.headers, flags: 1, stream: 1, payload: HeaderBlock.get).bytes
            client.client.send(
                kind == "half a frame"
                    ? Array(headers.dropLast(3))
                    : kind == "half a header block"
                        ? headers : Array(headers.prefix(4)))
            await client.wait { _ in false }
            #expect(client.goAway == 11)
        }
    }

    @Test func `an idle connection is closed with a GOAWAY, and pings do not keep it`() async throws {
        try await withServer(Self.hurried, handler: Self.handler) { server in
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            _ = await client.answer(1)
            let began = server.loop.now
            while await client.ping() { try await server.loop.sleep(for: .milliseconds(50)) }
            await client.wait { _ in false }
            #expect(client.goAway == 0)
            #expect((400..<6000).contains(server.loop.now - began))
        }
    }

    @Test func `a body that stops coming, or comes in drops, fails its stream alone`() async throws {
        try await withServer(
            Self.hurried,
            handler: { request in
                do {
                    _ = try await request.body.collect(upTo: 1_000_000)
                    return HTTPResponse(status: 200)
                } catch {
                    return HTTPResponse(status: 408, body: .bytes(Array("\(error)".utf8)))
                }
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.post, ends: false)
            #expect(await client.answer(1).text == "timedOut")
            client.headers(3, HeaderBlock.post, ends: false)
            for _ in 0..<200 where client.soFar(3).status == nil {
                client.data(3, [1])
                try await server.loop.sleep(for: .milliseconds(20))
            }
            #expect(await client.answer(3).status == 408)
            client.get(5)
            #expect(await client.answer(5).status == 200)
        }
    }

    @Test func `a stream without room is reset after a while, and a client that reads nothing dropped`() async throws {
        try await withServer(
            Self.hurried,
            handler: { _ in HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 9_000_000))) }
        ) { server in
            let client = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 1))
            client.get(1)
            #expect(await client.answer(1).reset == 8)
            let deaf = try await HTTP2Client.connect(server, settings: HTTP2Frame.setting(4, 100_000_000), reads: false)
            deaf.window(0, 100_000_000)
            deaf.get(1)
            deaf.get(3)
            while !server.log.text.contains("Client that read nothing was dropped") {
                try await server.loop.sleep(for: .milliseconds(20))
            }
            deaf.client.close()
        }
    }

    @Test func `a stop gives notice, answers what has come and closes`() async throws {
        let (arrived, go) = (Meeting(), Gate())
        try await withLoop { loop in
            let server = try TestServer.start(on: loop, configuration: .forHTTP2) { _ in
                arrived.arrive()
                await go.wait()
                return HTTPResponse(status: 200)
            }
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            await arrived.wait()
            let drained = loop.spawn { await server.server.drain(within: .seconds(20)) }
            // The notice: any request may still come.
            await client.wait { $0.contains { $0.type == HTTP2Frame.Kind.goAway } }
            #expect(client.frames.last { $0.type == HTTP2Frame.Kind.goAway }?.number(at: 0) == 0x7fff_ffff)
            client.get(3)
            await arrived.wait(for: 2)
            await client.wait { $0.count { $0.type == HTTP2Frame.Kind.goAway } == 2 }
            #expect(client.frames.last { $0.type == HTTP2Frame.Kind.goAway }?.number(at: 0) == 3)
            client.get(5)
            #expect(await client.settle())
            go.open()
            #expect(await client.answer(1).status == 200)
            #expect(await client.answer(3).status == 200)
            await client.wait { _ in false }
            #expect(client.soFar(5).status == nil)
            await drained.value
        }
    }

    @Test func `a stop does not wait for ever`() async throws {
        let (arrived, cancelled) = (Meeting(), Meeting())
        try await withLoop { loop in
            let server = try TestServer.start(on: loop, configuration: .forHTTP2) { _ in
                arrived.arrive()
                do { try await loop.sleep(for: .seconds(600)) } catch { cancelled.arrive() }
                return HTTPResponse(status: 200)
            }
            let client = try await HTTP2Client.connect(server)
            client.get(1)
            await arrived.wait()
            await server.server.drain(within: .milliseconds(200))
            await cancelled.wait()
            await client.wait { _ in false }
        }
    }
}
