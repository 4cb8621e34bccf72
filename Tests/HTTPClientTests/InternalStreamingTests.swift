import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct InternalStreamingTests {
    @Test func `a body of known length arrives with its head and whole`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                let head = try await connection.head()
                #expect(head.field("content-length") == "3000000")
                // The first bytes came with the head.
                #expect(!connection.received.isEmpty)
                let body = try await connection.bytes(3_000_000)
                #expect((0..<3000).allSatisfy { body[$0 * 1000] == UInt8(truncatingIfNeeded: $0) })
                connection.send("HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            let feed = Feed(length: 3_000_000)
            let request = HTTPClientRequest(method: .put, target: "/", body: .stream(feed.body))
            loop.spawn { await feed.run(pieces: 3000, of: 1000) }
            let answer = try await client.send(request, to: server.endpoint, deadline: .seconds(5))
            #expect(answer.status == 201)
            client.close()
            server.close()
        }
    }

    @Test func `a body of unknown length goes in chunks and the connection is used again`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                while true {
                    let head = try await connection.head()
                    #expect(head.field("transfer-encoding") == "chunked" && head.field("content-length") == nil)
                    let body = try await connection.chunkedBody()
                    connection.send(
                        "HTTP/1.1 200 OK\r\nContent-Length: \(String(body.count).count)\r\n\r\n\(body.count)")
                }
            }
            let client = InternalHTTPClient(loop: loop)
            for pieces in [3, 0, 100] {
                let feed = Feed(length: nil)
                let request = HTTPClientRequest(method: .post, target: "/", body: .stream(feed.body))
                loop.spawn { await feed.run(pieces: pieces, of: 1000) }
                let answer = try await client.send(request, to: server.endpoint, deadline: .seconds(5))
                #expect(try await answer.text() == "\(pieces * 1000)")
            }
            #expect(server.connections.count == 1)
            client.close()
            server.close()
        }
    }

    @Test func `a service that does not read holds the sender back`() async throws {
        try await withLoop { loop in
            let (stuck, isStuck) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.stopReading()
                for await _ in stuck { break }
                connection.startReading()
                _ = try await connection.bytes(40_000_000)
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            let feed = Feed(length: 40_000_000)
            let endpoint = server.endpoint
            let body = feed.body
            let sending = loop.spawn { () async -> Int in
                do {
                    let request = HTTPClientRequest(method: .post, target: "/", body: .stream(body))
                    return try await client.send(request, to: endpoint, deadline: .seconds(5)).status
                } catch {
                    return 0
                }
            }
            loop.spawn { await feed.run(pieces: 400, of: 100_000) }
            var before = -1
            while before != feed.delivered || before == 0 {
                before = feed.delivered
                try await loop.sleep(for: .milliseconds(30))
            }
            #expect(feed.delivered < 400)
            isStuck.yield()
            #expect(await sending.value == 200)
            #expect(feed.delivered == 400)
            client.close()
            server.close()
        }
    }

    @Test func `a slow reader of an answer holds the service back`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: \(24 << 20)\r\n\r\n")
                for _ in 0..<24 { connection.send([UInt8](repeating: 7, count: 1 << 20)) }
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            let answer = try await client.get("/", server)
            var before = -1
            while before != server.connections[0].pendingBytes {
                before = server.connections[0].pendingBytes
                try await loop.sleep(for: .milliseconds(20))
            }
            #expect(before > 1 << 20)
            #expect(answer.body.waiting <= HTTPBody.highWater * 2)
            var count = 0
            while let piece = try await answer.body.next() { count += piece.count }
            #expect(count == 24 << 20)
            #expect(client.openConnections(to: server.endpoint) == 1)
            client.close()
            server.close()
        }
    }

    @Test func `an answer may come before the request's body has ended`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 413 Too Large\r\nContent-Length: 3\r\n\r\nbig")
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            let feed = Feed(length: 1_000_000)
            loop.spawn { await feed.run(pieces: 1, of: 1000) }
            let request = HTTPClientRequest(method: .post, target: "/", body: .stream(feed.body))
            let answer = try await client.send(request, to: server.endpoint, deadline: .seconds(5))
            #expect(answer.status == 413)
            #expect(try await answer.text() == "big")
            // The request was not complete: nothing else may go over this connection.
            #expect(client.openConnections(to: server.endpoint) == 0)
            server.close()
        }
    }

    @Test func `a request whose body breaks off is closed and told`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            let feed = Feed(length: 10_000)
            loop.spawn {
                await feed.run(pieces: 1, of: 1000)
                feed.body.fail(.connectionClosed)
            }
            let request = HTTPClientRequest(method: .post, target: "/", body: .stream(feed.body))
            await #expect(throws: HTTPClientError.requestBodyFailed) {
                _ = try await client.send(request, to: server.endpoint, deadline: .seconds(5))
            }
            server.close()
        }
    }

    @Test func `letting go of an answer closes its connection`() async throws {
        try await withLoop { loop in
            let (ended, end) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                await connection.waitForEnd()
                end.yield()
            }
            let client = InternalHTTPClient(loop: loop)
            do { _ = try await client.get("/", server) }
            for await _ in ended { break }
            server.close()
        }
    }
}

/// Fills a body as a connection would, only while its reader wants more; confined to the test's loop.
final class Feed: @unchecked Sendable {
    private(set) var body: HTTPBody
    private(set) var delivered = 0
    private let demand: AsyncStream<Void>
    private let length: Int64?

    init(length: Int64?) {
        self.length = length
        let (demand, asked) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        self.demand = demand
        body = HTTPBody(declaredLength: length) { asked.yield() }
    }

    func run(pieces: Int, of size: Int) async {
        var at = 0
        for index in 0..<pieces {
            while !body.wantsMore || !body.hasReader {
                for await _ in demand { break }
            }
            let piece = [UInt8](repeating: UInt8(truncatingIfNeeded: index), count: size)
            at += size
            piece.withUnsafeBytes { body.deliver($0) }
            delivered += 1
        }
        guard length == nil || length == Int64(at) else { return }
        body.finish()
    }
}
