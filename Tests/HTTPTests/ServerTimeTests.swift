@testable import HTTP
import IO
import Telemetry
import TestSupport
import Testing

@Suite struct ServerTimeTests {
    private static let ok: HTTPHandler = { request in
        do {
            _ = try await request.body.collect(upTo: 1_000_000)
            return HTTPResponse(status: 200, body: .bytes([0x6f, 0x6b]))
        } catch {
            return HTTPResponse(status: 408, body: .bytes(Array("\(error)".utf8)))
        }
    }

    /// Sends a byte now and then until the server has had enough; returns the answer.
    private static func trickle(_ client: TestClient, on loop: EventLoop, start: String) async throws -> String {
        client.send(start)
        for _ in 0..<200 where !client.isAtEnd && !client.isClosed {
            client.send("x")
            try await loop.sleep(for: .milliseconds(20))
        }
        return await client.readToEnd()
    }

    @Test func `headers that trickle in are cut off in all`() async throws {
        try await withServer(.hurried, handler: Self.ok) { server in
            let client = try await server.connect()
            let began = server.loop.now
            let answer = try await Self.trickle(client, on: server.loop, start: "GET / HTTP/1.1\r\nHost: a\r\nX: ")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
            #expect((350..<6000).contains(server.loop.now - began))
        }
    }

    @Test func `a second request's headers have the same time from their first byte`() async throws {
        try await withServer(.hurried, handler: Self.ok) { server in
            let client = try await server.connect()
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.read(upTo: "ok")
            client.clear()
            let answer = try await Self.trickle(client, on: server.loop, start: "GE")
            #expect(answer.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `a connection that says nothing is closed without an answer`() async throws {
        try await withServer(.hurried, handler: Self.ok) { server in
            let answer = try await server.connect().readToEnd()
            #expect(answer == "")
        }
    }

    @Test func `an idle connection is closed after its time and not before`() async throws {
        try await withServer(.hurried, handler: Self.ok) { server in
            let client = try await server.connect()
            // Before the request, so that a test that gets its turn late cannot measure too little.
            let began = server.loop.now
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await client.read(upTo: "ok")
            _ = await client.readToEnd()
            #expect((550..<6000).contains(server.loop.now - began))
        }
    }

    @Test func `a body that stops coming fails`() async throws {
        try await withServer(.hurried, handler: Self.ok) { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nabc")
            let answer = await client.readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 408 ") && answer.hasSuffix("timedOut"))
            #expect(answer.contains("Connection: close"))
        }
    }

    @Test func `a body that comes in drops fails, and one at the least rate does not`() async throws {
        try await withServer(.hurried, handler: Self.ok) { server in
            let slow = try await server.connect()
            let head = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4500\r\n\r\n"
            let answer = try await Self.trickle(slow, on: server.loop, start: head)
            #expect(answer.hasSuffix("timedOut"))
            let steady = try await server.connect()
            steady.send(head)
            for _ in 0..<15 {
                steady.send([UInt8](repeating: 1, count: 300))
                try await server.loop.sleep(for: .milliseconds(50))
            }
            #expect(await steady.read(upTo: "ok").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func `a client that reads nothing is dropped`() async throws {
        let ended = Meeting()
        try await withServer(
            .hurried,
            handler: { _ in
                HTTPResponse(
                    status: 200,
                    body: .stream(length: nil) { writer in
                        defer { ended.arrive() }
                        while true { try await writer.write([UInt8](repeating: 1, count: 65_536)) }
                    })
            }
        ) { server in
            let client = try await server.connect(reads: false)
            client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            await ended.wait()
            #expect(server.log.text.contains("Client that read nothing was dropped"))
            client.close()
        }
    }

    @Test func `a whole response that nobody reads is dropped too`() async throws {
        try await withServer(
            .hurried,
            handler: { _ in
                HTTPResponse(status: 200, body: .bytes([UInt8](repeating: 1, count: 200_000)))
            }
        ) { server in
            let client = try await server.connect(reads: false)
            for _ in 0..<200 { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            while server.server.connectionCount > 0 { try await server.loop.sleep(for: .milliseconds(20)) }
            #expect(server.log.text.contains("Client that read nothing was dropped"))
            client.close()
        }
    }

    @Test func `a handler may take longer than any client`() async throws {
        try await withServer(
            .hurried,
            handler: { _ in
                await Self.pause()
                return HTTPResponse(status: 200, body: .bytes([0x6f, 0x6b]))
            }
        ) { server in
            let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(answer.hasSuffix("ok"))
        }
    }

    /// Suspends for longer than every time limit of the tests, off the loop.
    private static func pause() async {
        await withCheckedContinuation { continuation in
            let worker = EventLoop(name: "pause")
            worker.start()
            worker.spawn {
                do { try await worker.sleep(for: .milliseconds(900)) } catch {}
                continuation.resume()
                worker.stop()
            }
        }
    }

    @Test func `a graceful stop finishes what runs and closes the rest`() async throws {
        let (arrived, go) = (Meeting(), Meeting())
        try await withServer(
            .hurried,
            handler: { request in
                guard request.path == "/slow" else { return HTTPResponse(status: 200, body: .bytes([0x6f, 0x6b])) }
                arrived.arrive()
                await go.wait()
                return HTTPResponse(status: 200, body: .bytes(Array("done".utf8)))
            }
        ) { server in
            let (idle, slow) = (try await server.connect(), try await server.connect())
            idle.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            _ = await idle.read(upTo: "ok")
            slow.send("GET /slow HTTP/1.1\r\nHost: a\r\n\r\n")
            await arrived.wait()
            let drained = Meeting()
            server.loop.spawn {
                await server.server.drain(within: .seconds(10))
                drained.arrive()
            }
            #expect(!(await idle.readToEnd()).contains("Connection: close"))
            #expect(drained.count == 0)
            go.arrive()
            let answer = await slow.readToEnd()
            #expect(answer.hasSuffix("done") && answer.contains("Connection: close"))
            slow.close()
            await drained.wait()
            #expect(server.server.connectionCount == 0)
        }
    }

    @Test func `a graceful stop does not wait longer than it may`() async throws {
        let arrived = Meeting()
        try await withServer(
            .hurried,
            handler: { request in
                arrived.arrive()
                // Ends when the connection does.
                do { while try await request.body.next() != nil {} } catch {}
                return HTTPResponse(status: 200)
            }
        ) { server in
            let client = try await server.connect()
            client.send("POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 5\r\n\r\n")
            await arrived.wait()
            let began = server.loop.now
            await server.server.drain(within: .milliseconds(200))
            #expect((150..<6000).contains(server.loop.now - began))
            _ = await client.readToEnd()
        }
    }

    @Test func `a handler whose connection is taken away is cancelled`() async throws {
        let (arrived, cancelled) = (Meeting(), Meeting())
        try await withLoop { loop in
            let server = try TestServer.start(on: loop) { _ in
                arrived.arrive()
                do { try await loop.sleep(for: .seconds(600)) } catch { cancelled.arrive() }
                return HTTPResponse(status: 200)
            }
            let clients = [try await server.connect(), try await server.connect()]
            for client in clients { client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n") }
            await arrived.wait(for: 2)
            await server.server.drain(within: .milliseconds(50))
            await cancelled.wait(for: 2)
            for client in clients { _ = await client.readToEnd() }
        }
    }
}
