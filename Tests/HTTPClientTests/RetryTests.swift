import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct RetryTests {
    private static func policy() -> RetryPolicy {
        var policy = RetryPolicy()
        policy.firstDelay = .milliseconds(1)
        return policy
    }

    @Test func `a passing failure of a repeatable request is tried again`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                switch index {
                case 0: break
                case 1:
                    connection.send(
                        "HTTP/1.1 503 Away\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
                default: connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            let answer = try await client.send(.init(.get, server.url()), retrying: Self.policy())
            #expect(answer.status == 200 && server.connections.count == 3)
            server.close()
        }
    }

    @Test func `a POST is tried again only when told that it may`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 502 Bad\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            var request = OutboundHTTPRequest(.post, server.url(), body: .bytes([]))
            #expect(try await client.send(request, retrying: Self.policy()).status == 502)
            #expect(server.connections.count == 1)
            request.isRepeatable = true
            #expect(try await client.send(request, retrying: Self.policy()).status == 502)
            #expect(server.connections.count == 4)
            server.close()
        }
    }

    @Test func `an answer that asks for too long a wait is given back`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 429 Slow\r\nRetry-After: 3600\r\nContent-Length: 0\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = try OutboundHTTPClient(loop: loop, guard: localGuard(server.port))
            #expect(try await client.send(.init(.get, server.url()), retrying: Self.policy()).status == 429)
            #expect(server.connections.count == 1)
            server.close()
        }
    }

    @Test(arguments: [
        ("0", Duration.seconds(0)), ("120", .seconds(120)), ("99999999999999999999", .seconds(86_400)),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37)), ("Sun, 06 Nov 1994 08:48:00 GMT", .seconds(0)),
    ])
    func `a wait is seconds or a date`(value: String, expected: Duration) {
        #expect(RetryAfter(value, now: 784_111_740)?.duration == expected)
    }

    @Test(arguments: ["", "-1", "soon", "1.5", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Nox 1994 08:49:37 GMT"])
    func `what is neither is no wait`(value: String) {
        #expect(RetryAfter(value) == nil)
    }
}
