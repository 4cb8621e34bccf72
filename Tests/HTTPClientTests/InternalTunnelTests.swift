import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(20))) struct InternalTunnelTests {
    private static func agreement(_ head: String) -> String {
        let key = head.field("sec-websocket-key").flatMap(WebSocketKey.init)
        return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: keep-alive, upgrade\r\n"
            + "Sec-WebSocket-Accept: \(key?.accept ?? "")\r\n\r\n"
    }

    private static var offer: HTTPClientRequest {
        var request = HTTPClientRequest(method: .get, target: "/talk", headers: ["Sec-WebSocket-Version": "13"])
        request.upgrade = .make()
        return request
    }

    /// Runs a test with a client and a server that does as the script says.
    private static func with(
        _ script: @escaping @Sendable (ScriptedConnection) async throws -> Void,
        _ body: @escaping @Sendable (InternalHTTPClient, HTTPEndpoint) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in try await script(connection) }
            let client = InternalHTTPClient(loop: loop)
            let result: Result<Void, any Error>
            do { result = .success(try await body(client, server.endpoint)) } catch { result = .failure(error) }
            client.close()
            server.close()
            try result.get()
        }
    }

    @Test func `an upgrade that is agreed to gives both directions`() async throws {
        try await Self.with({ connection in
            let head = try await connection.head()
            #expect(head.hasPrefix("GET /talk HTTP/1.1\r\n"))
            #expect(head.field("connection") == "Upgrade")
            #expect(head.field("upgrade") == "websocket")
            #expect(head.field("sec-websocket-version") == "13")
            #expect(head.field("content-length") == nil)
            // What comes with the head is the first of the new protocol.
            connection.send(Self.agreement(head) + "first")
            let received = String(decoding: try await connection.bytes(5), as: UTF8.self)
            #expect(received == "hello")
            connection.send("bye")
            await connection.waitForEnd()
        }) { client, endpoint in
            let answer = try await client.send(Self.offer, to: endpoint, deadline: .seconds(5))
            #expect(answer.status == 101)
            let first = try await answer.body.next()
            #expect(first == Array("first".utf8))
            let writer = try #require(answer.writer)
            try await writer.write(Array("hello".utf8))
            let bye = try await answer.body.next()
            #expect(bye == Array("bye".utf8))
            // It is nobody's any more: neither counted nor used again.
            #expect(client.openConnections(to: endpoint) == 0)
            writer.finish()
            let end = try await answer.body.next()
            #expect(end == nil)
        }
    }

    @Test(arguments: [
        "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n",
        "Upgrade: websocket\r\nConnection: Upgrade\r\n", "Upgrade: h2c\r\nConnection: Upgrade\r\nACCEPT",
        "Connection: Upgrade\r\nACCEPT", "Upgrade: websocket\r\nACCEPT",
        "Upgrade: websocket\r\nConnection: keep-alive\r\nACCEPT",
        "Upgrade: websocket\r\nConnection: Upgrade\r\nACCEPTACCEPT",
    ])
    func `an agreement to something else is no answer`(fields: String) async throws {
        try await Self.with({ connection in
            let head = try await connection.head()
            let accept = Self.agreement(head).split(separator: "\r\n").last.map { "\($0)\r\n" } ?? ""
            connection.send(
                "HTTP/1.1 101 Switching Protocols\r\n"
                    + fields.split(separator: "ACCEPT", omittingEmptySubsequences: false).joined(separator: accept)
                    + "\r\n")
            await connection.waitForEnd()
        }) { client, endpoint in
            await #expect(throws: HTTPClientError.malformedResponse) {
                _ = try await client.send(Self.offer, to: endpoint, deadline: .seconds(5))
            }
        }
    }

    @Test func `any other answer is an ordinary one, and the connection is kept`() async throws {
        try await Self.with({ connection in
            for _ in 0..<2 {
                _ = try await connection.head()
                connection.send("HTTP/1.1 403 Forbidden\r\nContent-Length: 2\r\n\r\nno")
            }
            await connection.waitForEnd()
        }) { client, endpoint in
            for _ in 0..<2 {
                let answer = try await client.send(Self.offer, to: endpoint, deadline: .seconds(5))
                #expect(answer.status == 403)
                #expect(answer.writer == nil)
                let text = try await answer.text()
                #expect(text == "no")
            }
            #expect(client.openConnections(to: endpoint) == 1)
        }
    }

    @Test func `a service that does not read stops the writer, and a reader that does not read the service`()
        async throws
    {
        let (go, gate) = AsyncStream<Void>.makeStream()
        try await Self.with({ connection in
            connection.send(Self.agreement(try await connection.head()))
            connection.stopReading()
            connection.send([UInt8](repeating: 1, count: 16 << 20))
            for await _ in go { break }
            // The kernel has some of it, and the client as much as it may hold.
            #expect(connection.pendingBytes > 4 << 20)
            connection.startReading()
            await connection.waitForEnd()
        }) { client, endpoint in
            let answer = try await client.send(Self.offer, to: endpoint, deadline: .seconds(5))
            let writer = try #require(answer.writer)
            let writing = client.loop.spawn { () async -> Int in
                var count = 0
                do {
                    while true {
                        try await writer.write([UInt8](repeating: 2, count: 65_536))
                        count += 1
                    }
                } catch { return count }
            }
            try await client.loop.sleep(for: .milliseconds(200))
            writing.cancel()
            // A writer that waits for room can be called back.
            #expect(await writing.value < 256)
            gate.yield()
            var received = 0
            while received < 16 << 20, let piece = try await answer.body.next() { received += piece.count }
            #expect(received == 16 << 20)
        }
    }

    @Test func `letting go of the body closes the connection`() async throws {
        let (ended, gate) = AsyncStream<Void>.makeStream()
        try await Self.with({ connection in
            connection.send(Self.agreement(try await connection.head()))
            await connection.waitForEnd()
            gate.yield()
        }) { client, endpoint in
            var answer: HTTPClientResponse? = try await client.send(Self.offer, to: endpoint, deadline: .seconds(5))
            #expect(answer?.status == 101)
            answer = nil
            for await _ in ended { break }
        }
    }

    @Test func `a body may stand still as long as its request says`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
                try await loop.sleep(for: .milliseconds(300))
                connection.send("2\r\nok\r\n0\r\n\r\n")
                await connection.waitForEnd()
            }
            var configuration = HTTPClientConfiguration()
            configuration.bodyIdleDeadline = .milliseconds(50)
            let client = InternalHTTPClient(loop: loop, configuration: configuration)
            var request = HTTPClientRequest(method: .get, target: "/")
            await #expect(throws: HTTPBodyError.timedOut) {
                _ = try await client.send(request, to: server.endpoint, deadline: .seconds(5)).text()
            }
            request.bodyIdle = .seconds(20)
            let text = try await client.send(request, to: server.endpoint, deadline: .seconds(5)).text()
            #expect(text == "ok")
            client.close()
            server.close()
        }
    }
}
