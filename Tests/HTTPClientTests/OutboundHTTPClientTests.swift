import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

func localGuard(_ port: Int) throws -> AddressGuard {
    AddressGuard(setting: "ALLOW_ADDRESSES_TEST", exceptions: [try #require(.init("127.0.0.1:\(port)"))])
}

@Suite struct OutboundHTTPClientTests {
    @Test func `an answer comes back whole and the connection is used again`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                while true {
                    let head = try await connection.head()
                    connection.send(
                        "HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: 5\r\n\r\n\(head.field("x-word") ?? "-")")
                }
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            for word in ["hello", "again"] {
                let answer = try await client.send(.init(.get, server.url(), headers: ["X-Word": word]))
                #expect(answer.status == 200 && answer.headers["x-a"] == "1")
                #expect(String(decoding: answer.body, as: UTF8.self) == word)
            }
            #expect(server.connections.count == 1)
            server.close()
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
    func `a loopback address is refused in every spelling`(host: String) async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in _ = try await connection.head() }
            let client = try OutboundHTTPClient(loop: loop, guard: AddressGuard(setting: "ALLOW_ADDRESSES_TEST"))
            do {
                _ = try await client.send(.init(.get, "http://\(host):\(server.port)/"))
                Issue.record("connected")
            } catch let error as OutboundHTTPError {
                guard case .addressRefused(let refusal) = error else { throw error }
                #expect(refusal.description.contains("ALLOW_ADDRESSES_TEST"))
            }
            #expect(server.connections.isEmpty)
            server.close()
        }
    }

    @Test func `a redirect to a refused address is not followed`() async throws {
        try await withLoop { loop in
            let inner = try ScriptedServer(loop) { connection, _ in _ = try await connection.head() }
            let target = inner.url("/secret")
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 302 Found\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.get, server.url())
            request.maximumRedirects = 3
            do {
                _ = try await client.send(request)
                Issue.record("followed")
            } catch let error as OutboundHTTPError {
                guard case .addressRefused = error else { throw error }
            }
            #expect(inner.connections.isEmpty)
            server.close()
            inner.close()
        }
    }

    @Test func `a redirect to another origin carries no credentials and no body after 303`() async throws {
        try await withLoop { loop in
            let heads = Heads()
            let other = try ScriptedServer(loop) { connection, _ in
                heads.add(try await connection.head())
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let target = other.url("/a?b")
            let server = try ScriptedServer(loop) { connection, _ in
                heads.add(try await connection.head())
                _ = try await connection.bytes(4)
                connection.send("HTTP/1.1 303 See Other\r\nLocation: \(target)\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(
                loop: loop,
                guard: AddressGuard(setting: "S", exceptions: [try #require(.init("127.0.0.0/8"))]))
            var request = OutboundHTTPRequest(
                .post, server.url(), headers: ["Authorization": "Bearer x", "X-Key": "k", "Accept": "*/*"],
                body: .bytes(Array("body".utf8)))
            request.maximumRedirects = 1
            let answer = try await client.send(request)
            #expect(answer.status == 200)
            #expect(heads.all[0].hasPrefix("POST / ") && heads.all[0].field("authorization") == "Bearer x")
            #expect(heads.all[1].hasPrefix("GET /a?b "))
            #expect(heads.all[1].field("authorization") == nil && heads.all[1].field("x-key") == nil)
            #expect(heads.all[1].field("content-length") == nil && heads.all[1].field("accept") == "*/*")
            server.close()
            other.close()
        }
    }

    @Test func `redirects are counted`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                while true {
                    _ = try await connection.head()
                    connection.send("HTTP/1.1 307 Again\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
                }
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.get, server.url())
            request.maximumRedirects = 4
            await expect(.tooManyRedirects) { _ = try await client.send(request) }
            request.maximumRedirects = 0
            #expect(try await client.send(request).status == 307)
            server.close()
        }
    }

    @Test func `an answer larger than allowed is an error`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\n\r\n" + String(repeating: "x", count: 100_000))
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.get, server.url())
            request.maximumResponseBytes = 50_000
            await expect(.responseTooLarge) { _ = try await client.send(request) }
            server.close()
        }
    }

    @Test func `a host that does not answer is given up at the deadline`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in await connection.waitForEnd() }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.get, server.url())
            request.deadline = .milliseconds(50)
            await expect(.deadlineExceeded) { _ = try await client.send(request) }
            server.close()
        }
    }

    @Test func `a cancelled request closes its connection`() async throws {
        try await withLoop { loop in
            let (arrived, arrival) = AsyncStream<Void>.makeStream()
            let (ended, end) = AsyncStream<Void>.makeStream()
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                arrival.yield()
                await connection.waitForEnd()
                end.yield()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            let url = server.url()
            let task = loop.spawn { () async -> Bool in
                do { _ = try await client.send(.init(.get, url)) } catch is CancellationError { return true } catch {}
                return false
            }
            for await _ in arrived { break }
            task.cancel()
            #expect(await task.value)
            for await _ in ended { break }
            server.close()
        }
    }

    @Test func `a header with a line break is refused before anything is sent`() async throws {
        try await withLoop { loop in
            let client = try OutboundHTTPClient(loop: loop, guard: .operatorGiven)
            await expect(.invalidHeader) {
                _ = try await client.send(.init(.get, "http://127.0.0.1:1/", headers: ["X": "a\r\nY: b"]))
            }
            for url in ["file:///etc/passwd", "gopher://127.0.0.1:1/", "http://u:p@127.0.0.1/", "nonsense", "http://"] {
                await expect(.invalidURL) { _ = try await client.send(.init(.get, url)) }
            }
        }
    }

    @Test func `what cannot be delivered tells why`() async throws {
        try await withLoop { loop in
            // Bound and never listened on.
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let client = try OutboundHTTPClient(loop: loop, guard: .operatorGiven)
            await expect(.connectionFailed) {
                _ = try await client.send(.init(.get, "http://127.0.0.1:\(socket.port)/"))
            }
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                if index == 0 { connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc") }
            }
            for _ in 0..<2 {
                await expect(.connectionLost) { _ = try await client.send(.init(.get, server.url())) }
            }
            server.close()
        }
    }

    private func expect(_ expected: OutboundHTTPError, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("no error, expected \(expected)")
        } catch {
            #expect(error as? OutboundHTTPError == expected)
        }
    }
}

/// What servers saw; confined to the loop of the test.
final class Heads: @unchecked Sendable {
    private(set) var all: [String] = []

    func add(_ head: String) { all.append(head) }
}
