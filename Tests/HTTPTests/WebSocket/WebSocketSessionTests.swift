import IO
import Telemetry
import TestSupport
import Testing

@testable import HTTP

@Suite struct WebSocketSessionTests {
    /// Sends back what comes, and says how it ended.
    private static func echo(
        _ configuration: WebSocketConfiguration = WebSocketConfiguration(), _ ended: Ended = Ended()
    ) -> HTTPHandler {
        { request in
            WebSocketHandshake.answer(request, configuration: configuration) { session in
                do {
                    for try await message in session { try session.send(message) }
                    ended.end(.success((session.closeCode, session.closeReason)))
                } catch {
                    ended.end(.failure(error))
                    throw error
                }
            }
        }
    }

    @Test func `messages come back and pings are answered`() async throws {
        try await withServer(handler: Self.echo()) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            client.send("T(one) b(x0102) P(hello) C(x03) T() T(κό)")
            #expect(await client.frames(5) == ["T(one)", "Q(hello)", "B(3)", "T()", "T(κό)"])
            #expect(client.tcp.text.contains("Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"))
        }
    }

    @Test func `a client's close is answered with its code, and the server is the first to go`() async throws {
        let ended = Ended()
        try await withServer(handler: Self.echo(.init(), ended)) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            client.send("T(one) X(x0fa1627965) T(two)")
            #expect(await client.frames() == ["T(one)", "X(4001)"])
            #expect(client.tcp.isAtEnd)
            await ended.wait()
            #expect(ended.code?.rawValue == 4001)
            #expect(ended.reason == "bye")
        }
    }

    @Test(arguments: [
        ("X()", "X()"), ("#8100", "X(1002)"), ("T(xff)", "X(1007)"), ("t(x80", ""), ("X(x03ed)", "X(1002)"),
        ("B(*1025)", "X(1009)"), ("P(a) C(b)", "Q(a) X(1002)"),
    ])
    func `what breaks the rules is answered with the code and the end`(sent: String, answer: String) async throws {
        var configuration = WebSocketConfiguration()
        configuration.largestMessage = 1024
        let ended = Ended()
        try await withServer(handler: Self.echo(configuration, ended)) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            client.send(sent)
            if answer.isEmpty { client.tcp.finishSending() }
            #expect(await client.frames().joined(separator: " ") == answer)
            await ended.wait()
            if sent != "X()" { #expect(ended.error is WebSocketError) }
        }
    }

    @Test func `a handler that returns closes, and one that throws says so`() async throws {
        struct Broken: Error {}
        for (code, answer) in [(nil, "X(1000)"), (WebSocketCloseCode.policyViolation, "X(1008)no")] {
            try await withServer(handler: { request in
                WebSocketHandshake.answer(request) { session in
                    try session.send("hello")
                    if let code { session.close(code, reason: "no") }
                }
            }) { server in
                let client = try await WebSocketTestClient.connect(to: server)
                #expect(await client.frames(2) == ["T(hello)", answer])
                // What is sent before the client has seen the close is nobody's; its own close ends it.
                client.send("T(late) X(x03e8)")
                #expect(await client.frames() == ["T(hello)", answer])
            }
        }
        try await withServer(handler: { request in
            WebSocketHandshake.answer(request) { _ in throw Broken() }
        }) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            #expect(await client.frames(1) == ["X(1011)"])
        }
    }

    @Test func `a client that answers no close is left after a while`() async throws {
        var configuration = WebSocketConfiguration()
        configuration.closeTimeout = .milliseconds(200)
        let chosen = configuration
        try await withServer(handler: { request in
            WebSocketHandshake.answer(request, configuration: chosen) { session in
                session.close()
                // The handler may go on to read; that does not keep the connection.
                for try await _ in session { Issue.record("a message after the close") }
            }
        }) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            client.send("T(late)")
            #expect(await client.frames() == ["X(1000)"])
            #expect(client.tcp.isAtEnd || client.tcp.isClosed)
        }
    }

    @Test func `a silent client is asked, and given up when it does not answer`() async throws {
        var configuration = WebSocketConfiguration()
        configuration.heartbeat = .milliseconds(200)
        let ended = Ended()
        try await withServer(handler: Self.echo(configuration, ended)) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            #expect(await client.frames(1) == ["P()"])
            client.send("Q()")
            #expect(await client.frames(2) == ["P()", "P()"])
            _ = await client.frames()
            await ended.wait()
            #expect(ended.error as? WebSocketError == .silent)
        }
    }

    @Test func `a client that does not read is dropped when too much waits for it`() async throws {
        var configuration = WebSocketConfiguration()
        configuration.mostQueued = 200_000
        let chosen = configuration
        let ended = Ended()
        try await withServer(handler: { request in
            WebSocketHandshake.answer(request, configuration: chosen) { session in
                do {
                    let bytes = [UInt8](repeating: 0, count: 10_000)
                    while true {
                        try session.send(.binary(bytes))
                        await Task.yield()
                    }
                } catch {
                    ended.end(.failure(error))
                    throw error
                }
            }
        }) { server in
            _ = try await WebSocketTestClient.connect(to: server, reads: false)
            await ended.wait()
            #expect(ended.error as? WebSocketError == .slowReader)
        }
    }

    @Test func `a client that sends and does not read holds up itself only`() async throws {
        let ended = Ended()
        try await withServer(handler: Self.echo(.init(), ended)) { server in
            let client = try await WebSocketTestClient.connect(to: server, reads: false)
            let message = FrameScript.frame("B", [UInt8](repeating: 1, count: 50_000))
            for _ in 0..<400 { client.tcp.send(message) }
            try await server.loop.sleep(for: .milliseconds(400))
            // Far more than may be queued, and it is still connected.
            #expect(client.tcp.pendingBytes > 5_000_000)
            #expect(ended.count == 0)
            client.tcp.startReading()
            await client.tcp.wait { $0.received.count >= 400 * 50_000 }
            #expect(client.tcp.received.count >= 400 * 50_000)
            client.send("X(x03e8)")
            await ended.wait()
            #expect(ended.code == .normal)
        }
    }

    @Test func `messages that are sent while the connection is full arrive, in order`() async throws {
        var configuration = WebSocketConfiguration()
        configuration.mostQueued = 50_000_000
        let chosen = configuration
        try await withServer(handler: { request in
            WebSocketHandshake.answer(request, configuration: chosen) { session in
                for number in 0..<2000 { try session.send("\(number)" + String(repeating: "x", count: 4000)) }
            }
        }) { server in
            let client = try await WebSocketTestClient.connect(to: server, reads: false)
            try await server.loop.sleep(for: .milliseconds(100))
            client.tcp.startReading()
            await client.tcp.wait { $0.received[max(0, $0.received.count - 4)...].elementsEqual([0x88, 2, 3, 0xe8]) }
            client.send("X(x03e8)")
            let frames = await client.frames()
            #expect(frames.count == 2001)
            let numbers = frames.dropLast().map { $0.dropFirst(2).prefix { $0.isNumber } }
            let isInOrder = numbers == (0..<2000).map { "\($0)"[...] }
            #expect(isInOrder)
        }
    }

    @Test func `a server that stops says that it goes away`() async throws {
        var configuration = HTTPServerConfiguration.forTests
        configuration.tunnelGrace = .milliseconds(50)
        try await withServer(configuration, handler: Self.echo()) { server in
            let client = try await WebSocketTestClient.connect(to: server)
            client.send("T(a)")
            _ = await client.frames(1)
            let draining = server.loop.spawn { await server.server.drain(within: .seconds(10)) }
            #expect(await client.frames(2) == ["T(a)", "X(1001)"])
            client.send("X(x03e9)")
            await draining.value
            #expect(await client.frames() == ["T(a)", "X(1001)"])
        }
    }

    @Test func `a handshake that lacks something is told what`() async throws {
        var configuration = WebSocketConfiguration()
        configuration.protocols = ["v2", "v1"]
        let upgrade = "Host: a\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        let key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        try await withServer(handler: Self.echo(configuration)) { server in
            for (request, status) in [
                ("GET / HTTP/1.1\r\n\(upgrade)\(key)", 426),
                ("GET / HTTP/1.1\r\n\(upgrade)\(key)Sec-WebSocket-Version: 8\r\n", 426),
                ("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\(key)Sec-WebSocket-Version: 13\r\n", 426),
                ("GET / HTTP/1.1\r\n\(upgrade)Sec-WebSocket-Version: 13\r\n", 400),
                ("GET / HTTP/1.1\r\n\(upgrade)\(key)\(key)Sec-WebSocket-Version: 13\r\n", 400),
                ("GET / HTTP/1.1\r\n\(upgrade)Sec-WebSocket-Key: YQ==\r\nSec-WebSocket-Version: 13\r\n", 400),
                ("DELETE / HTTP/1.1\r\n\(upgrade)\(key)Connection: close\r\n", 405),
            ] {
                let answer = try await server.exchange(request + "\r\n")
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
                guard status == 426 else { continue }
                #expect(answer.contains("\r\nSec-WebSocket-Version: 13\r\n"))
                #expect(answer.contains("\r\nUpgrade: websocket\r\n"))
                #expect(answer.contains("\r\nConnection: Upgrade"))
            }
            for (offered, chosen) in [("v1, v2", "v2"), ("x,v1", "v1"), ("x", nil)] {
                let client = try await WebSocketTestClient.connect(
                    to: server, fields: "Sec-WebSocket-Protocol: \(offered)\r\n")
                let head = await client.tcp.read(upTo: "\r\n\r\n")
                #expect(head.hasPrefix("HTTP/1.1 101 "))
                #expect(head.contains("Sec-WebSocket-Protocol") == (chosen != nil))
                if let chosen { #expect(head.contains("\r\nSec-WebSocket-Protocol: \(chosen)\r\n")) }
            }
        }
    }
}

/// How a handler's WebSocket ended.
///
/// Confined to its loop.
private final class Ended: @unchecked Sendable {
    private let meeting = Meeting()
    private(set) var code: WebSocketCloseCode?
    private(set) var reason = ""
    private(set) var error: (any Error)?

    var count: Int { meeting.count }

    func end(_ result: Result<(WebSocketCloseCode?, String), any Error>) {
        switch result {
        case .success((let code, let reason)): (self.code, self.reason) = (code, reason)
        case .failure(let error): self.error = error
        }
        meeting.arrive()
    }

    func wait() async { await meeting.wait() }
}
