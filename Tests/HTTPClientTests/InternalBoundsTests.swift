import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct InternalBoundsTests {
    @Test func `a service that says nothing is given up at the deadline`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in await connection.waitForEnd() }
            let client = InternalHTTPClient(loop: loop)
            await #expect(throws: HTTPClientError.deadlineExceeded) {
                _ = try await client.send(
                    HTTPClientRequest(method: .get, target: "/"), to: server.endpoint, deadline: .milliseconds(40))
            }
            #expect(client.openConnections(to: server.endpoint) == 0)
            server.close()
        }
    }

    @Test func `a body that stands still is given up`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                await connection.waitForEnd()
            }
            var configuration = HTTPClientConfiguration()
            configuration.bodyIdleDeadline = .milliseconds(40)
            let client = InternalHTTPClient(loop: loop, configuration: configuration)
            let answer = try await client.get("/", server)
            await #expect(throws: HTTPBodyError.timedOut) { _ = try await answer.text() }
            server.close()
        }
    }

    @Test func `an idle connection is closed after its time`() async throws {
        try await withLoop { loop in
            let (ended, end) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
                end.yield()
            }
            var configuration = HTTPClientConfiguration()
            configuration.idleConnectionDeadline = .milliseconds(20)
            let client = InternalHTTPClient(loop: loop, configuration: configuration)
            _ = try await client.get("/", server)
            for await _ in ended { break }
            #expect(client.openConnections(to: server.endpoint) == 0)
            server.close()
        }
    }

    @Test func `more requests than connections wait in line, and a full line refuses`() async throws {
        try await withLoop { loop in
            let (go, open) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, _ in
                for await _ in go { break }
                while true {
                    _ = try await connection.head()
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
                }
            }
            var configuration = HTTPClientConfiguration()
            configuration.maximumConnections = 1
            configuration.maximumWaiting = 3
            let client = InternalHTTPClient(loop: loop, configuration: configuration)
            let endpoint = server.endpoint
            let tasks = (0..<5).map { _ in
                loop.spawn { () async -> String in
                    do {
                        let request = HTTPClientRequest(method: .get, target: "/")
                        return try await client.send(request, to: endpoint, deadline: .seconds(5)).text()
                    } catch {
                        return "\(error)"
                    }
                }
            }
            let refused = await tasks[4].value
            open.yield()
            #expect(refused == HTTPClientError.tooManyRequests.description)
            for task in tasks[..<4] { #expect(await task.value == "ok") }
            #expect(server.connections.count == 1)
            client.close()
            server.close()
        }
    }

    @Test func `a cancelled request closes its connection and lets the next in line go`() async throws {
        try await withLoop { loop in
            let (arrived, arrival) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                arrival.yield()
                if index > 0 { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") }
                await connection.waitForEnd()
            }
            var configuration = HTTPClientConfiguration()
            configuration.maximumConnections = 1
            let client = InternalHTTPClient(loop: loop, configuration: configuration)
            let endpoint = server.endpoint
            let send: @Sendable () async -> String = {
                do {
                    let request = HTTPClientRequest(method: .get, target: "/")
                    return try await client.send(request, to: endpoint, deadline: .seconds(5)).text()
                } catch {
                    return error is CancellationError ? "cancelled" : "\(error)"
                }
            }
            let first = loop.spawn(send)
            for await _ in arrived { break }
            let second = loop.spawn(send)
            let third = loop.spawn(send)
            try await loop.sleep(for: .milliseconds(5))
            third.cancel()
            #expect(await third.value == "cancelled")
            first.cancel()
            #expect(await first.value == "cancelled")
            #expect(await second.value == "ok")
            client.close()
            server.close()
        }
    }

    @Test func `a refused connection is told and the next request tries again`() async throws {
        try await withLoop { loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let client = InternalHTTPClient(loop: loop)
            for _ in 0..<2 {
                do {
                    _ = try await client.send(
                        HTTPClientRequest(method: .get, target: "/"),
                        to: HTTPEndpoint(host: "localhost", port: socket.port), deadline: .seconds(5))
                    Issue.record("connected")
                } catch let error as HTTPClientError {
                    #expect(error.isBeforeSending)
                }
            }
        }
    }
}
