import IO
import Telemetry
import TestSupport
import Testing

@testable import HTTP

@Suite struct TunnelTests {
    static let upgrade =
        "GET /talk HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, Upgrade\r\nUpgrade: websocket\r\n\r\n"

    /// Agrees to every upgrade and sends back what comes.
    static let echo: HTTPHandler = { request in
        guard request.upgrade == "websocket" else {
            return HTTPResponse(status: 200, body: .bytes(Array("plain".utf8)))
        }
        return HTTPResponse(
            status: 101, headers: ["X-Own": "1", "Upgrade": "other"],
            body: .upgraded { input, output in
                while let piece = try await input.next() { try await output.write(piece) }
            })
    }

    @Test func `an upgraded connection carries bytes both ways`() async throws {
        try await withServer(handler: Self.echo) { server in
            let client = try await server.connect()
            client.send(Self.upgrade)
            let head = await client.read(upTo: "\r\n\r\n")
            #expect(head.hasPrefix("HTTP/1.1 101 Switching Protocols\r\n"))
            #expect(head.contains("\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"))
            #expect(head.contains("\r\nX-Own: 1\r\n"))
            #expect(!head.contains("other"))
            #expect(!head.lowercased().contains("content-length"))
            client.clear()
            for text in ["one", "GET / HTTP/1.1\r\nHost: a\r\n\r\n"] {
                client.send(text)
                #expect(await client.read(upTo: text) == text)
                client.clear()
            }
            client.finishSending()
            #expect(await client.readToEnd() == "")
        }
    }

    @Test func `what is sent behind an upgrade request is the first of the new protocol`() async throws {
        let go = Meeting()
        try await withServer(handler: { request in
            await go.wait()
            return await Self.echo(request)
        }) { server in
            let client = try await server.connect()
            let behind = [UInt8](repeating: 0x78, count: 300_000)
            client.send(Array((Self.upgrade + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n").utf8) + behind)
            try await server.loop.sleep(for: .milliseconds(50))
            go.arrive()
            client.finishSending()
            let all = await client.readToEnd()
            #expect(all.contains("\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\nxxx"))
            #expect(all.utf8.count { $0 == 0x78 } == behind.count)
        }
    }

    @Test func `what is sent behind an upgrade that is refused is no request`() async throws {
        let served = Meeting()
        try await withServer(handler: { _ in
            served.arrive()
            return HTTPResponse(status: 403)
        }) { server in
            let answer = try await server.exchange(Self.upgrade + "GET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 403 "))
            #expect(answer.contains("Connection: close"))
            #expect(answer.split(separator: "\r\n").filter { $0.hasPrefix("HTTP/1.1 ") }.count == 1)
            #expect(served.count == 1)
        }
    }

    @Test(arguments: [
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: h2c\r\nConnection: close\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket/2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: xwebsocket\r\n\r\n",
        "GET / HTTP/1.0\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n",
        "POST / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nContent-Length: 3\r\n\r\nabc",
        "GET / HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, close\r\nUpgrade: websocket\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    ])
    func `an offer that cannot be taken up is an ordinary request`(text: String) async throws {
        try await withServer(handler: Self.echo) { server in
            let answer = try await server.exchange(text)
            #expect(answer.hasPrefix("HTTP/1.1 200 "))
            #expect(answer.hasSuffix("plain"))
        }
    }

    @Test func `the protocol is found in a list and in any case`() async throws {
        for field in ["h2c, WebSocket", "WEBSOCKET", "a/1 ,\twebsocket , b"] {
            try await withServer(handler: Self.echo) { server in
                let client = try await server.connect()
                client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: \(field)\r\n\r\n")
                #expect(await client.read(upTo: "\r\n\r\n").hasPrefix("HTTP/1.1 101 "))
            }
        }
    }

    @Test func `each direction may end before the other`() async throws {
        let (ended, go) = (Meeting(), Meeting())
        try await withServer(handler: { _ in
            HTTPResponse(
                status: 101,
                body: .upgraded { input, output in
                    // The client's direction ends first, then this one, or the other way around.
                    if let first = try await input.next(), first == Array("last".utf8) {
                        try await output.write(Array("bye".utf8))
                        output.finish()
                        ended.arrive()
                        while let piece = try await input.next() { if piece == Array("more".utf8) { go.arrive() } }
                        go.arrive()
                    } else {
                        try await output.write(Array("after your end".utf8))
                    }
                })
        }) { server in
            let first = try await server.connect()
            first.send(Self.upgrade)
            _ = await first.read(upTo: "\r\n\r\n")
            first.finishSending()
            #expect(await first.readToEnd().hasSuffix("\r\n\r\nafter your end"))

            let second = try await server.connect()
            second.send(Self.upgrade + "last")
            #expect(await second.readToEnd().hasSuffix("\r\n\r\nbye"))
            await ended.wait()
            second.send("more")
            await go.wait(for: 1)
            second.finishSending()
            await go.wait(for: 2)
        }
    }

    @Test func `a reader that takes nothing stops the other end, both ways`() async throws {
        let (written, go) = (Meeting(), Meeting())
        let piece = [UInt8](repeating: 0x61, count: 100_000)
        try await withServer(handler: { _ in
            HTTPResponse(
                status: 101,
                body: .upgraded { input, output in
                    for _ in 0..<80 {
                        try await output.write(piece)
                        written.arrive()
                    }
                    await go.wait()
                    var count = 0
                    while count < 8_000_000, let piece = try await input.next() { count += piece.count }
                })
        }) { server in
            let client = try await server.connect(reads: false)
            client.send(Self.upgrade)
            client.send([UInt8](repeating: 1, count: 8_000_000))
            await written.wait()
            try await server.loop.sleep(for: .milliseconds(300))
            #expect(written.count < 70)
            #expect(client.pendingBytes > 1_000_000)
            client.startReading()
            await client.wait { $0.received.count > 8_000_000 }
            go.arrive()
            await client.wait { $0.isAtEnd }
            #expect(client.isAtEnd)
            #expect(client.pendingBytes == 0)
        }
    }

    @Test func `a connection over which nothing goes is closed, one with a byte now and then is not`() async throws {
        var configuration = HTTPServerConfiguration.forTests
        // Far longer than the pauses below may become.
        configuration.tunnelIdle = .seconds(4)
        let ends = Meeting()
        let outcome = TunnelOutcome()
        try await withServer(
            configuration,
            handler: { _ in
                HTTPResponse(
                    status: 101,
                    body: .upgraded { input, output in
                        do {
                            while let piece = try await input.next() { try await output.write(piece) }
                        } catch {
                            outcome.error = error as? HTTPBodyError
                            ends.arrive()
                            throw error
                        }
                    })
            }
        ) { server in
            let (busy, silent) = (try await server.connect(), try await server.connect())
            busy.send(Self.upgrade)
            silent.send(Self.upgrade)
            _ = await busy.read(upTo: "\r\n\r\n")
            for _ in 0..<10 {
                busy.clear()
                busy.send(".")
                #expect(await busy.read(upTo: ".") == ".")
                try await server.loop.sleep(for: .milliseconds(500))
            }
            _ = await silent.readToEnd()
            await ends.wait()
            #expect(outcome.error == .timedOut)
            #expect(!busy.isAtEnd && !busy.isClosed)
        }
    }

    @Test func `a client that takes nothing is dropped in the end`() async throws {
        var configuration = HTTPServerConfiguration.forTests
        configuration.writerStuck = .milliseconds(500)
        let ended = Meeting()
        try await withServer(
            configuration,
            handler: { _ in
                HTTPResponse(
                    status: 101,
                    body: .upgraded { _, output in
                        defer { ended.arrive() }
                        while true { try await output.write([UInt8](repeating: 1, count: 100_000)) }
                    })
            }
        ) { server in
            let client = try await server.connect(reads: false)
            client.send(Self.upgrade)
            await ended.wait()
            #expect(server.log.text.contains("Client that read nothing was dropped"))
        }
    }

    @Test func `a lost client ends the handler`() async throws {
        let ended = Meeting()
        try await withServer(handler: { _ in
            HTTPResponse(
                status: 101,
                body: .upgraded { input, _ in
                    defer { ended.arrive() }
                    while try await input.next() != nil {}
                })
        }) { server in
            let client = try await server.connect()
            client.send(Self.upgrade)
            _ = await client.read(upTo: "\r\n\r\n")
            client.close()
            await ended.wait()
        }
    }

    @Test func `a server that stops tells its handlers after a while`() async throws {
        var configuration = HTTPServerConfiguration.forTests
        configuration.tunnelGrace = .milliseconds(100)
        let (first, ended) = (Meeting(), Meeting())
        try await withServer(
            configuration,
            handler: { _ in
                HTTPResponse(
                    status: 101,
                    body: .upgraded { input, output in
                        do {
                            while let piece = try await input.next() { try await output.write(piece) }
                        } catch is CancellationError {
                            first.arrive()
                            try await output.write(Array("going away".utf8))
                            ended.arrive()
                        }
                    })
            }
        ) { server in
            let client = try await server.connect()
            client.send(Self.upgrade)
            _ = await client.read(upTo: "\r\n\r\n")
            await server.server.drain(within: .seconds(20))
            #expect(first.count == 1)
            #expect(ended.count == 1)
            #expect(await client.readToEnd().hasSuffix("going away"))
        }
    }

    @Test func `an upgrade that nobody asked for is a server's error`() async throws {
        try await withServer(handler: { _ in
            HTTPResponse(status: 101, body: .upgraded { _, _ in })
        }) { server in
            let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 500 "))
        }
    }
}

/// How a handler's reading ended.
private final class TunnelOutcome: @unchecked Sendable {
    var error: HTTPBodyError?
}
