import HTTP
import HTTPClient
import IO
import TestSupport
import Testing

@Suite struct InternalHTTPClientTests {
    @Test func `requests of one endpoint share a connection`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                while true {
                    let head = try await connection.head()
                    let path = head.split(separator: " ")[1]
                    connection.send("HTTP/1.1 200 OK\r\nX-A: 1\r\nContent-Length: \(path.utf8.count)\r\n\r\n\(path)")
                }
            }
            let client = InternalHTTPClient(loop: loop)
            for path in ["/a", "/b?c=d", "/" + String(repeating: "x", count: 3000)] {
                let answer = try await client.get(path, server)
                #expect(answer.status == 200 && answer.headers["x-a"] == "1")
                #expect(try await answer.text() == path)
            }
            #expect(server.connections.count == 1)
            client.close()
            server.close()
        }
    }

    @Test func `an answer is the same however its bytes are cut`() async throws {
        try await withLoop { loop in
            let answers = [
                "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 5\r\nX: y\r\n\r\nhello",
                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nX: y\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + "2\r\nhe\r\n3;a=b\r\nllo\r\n0\r\nTrailer-Field: 1\r\n\r\n",
            ]
            let server = try ScriptedServer(loop) { connection, _ in
                for answer in answers {
                    let bytes = Array(answer.utf8)
                    for cut in 1..<bytes.count {
                        _ = try await connection.head()
                        connection.send(Array(bytes[..<cut]))
                        // The kernel has it, and the client a turn of the loop to read it.
                        try await loop.sleep(for: .milliseconds(1))
                        connection.send(Array(bytes[cut...]))
                    }
                }
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            for answer in answers {
                for _ in 1..<answer.utf8.count {
                    let response = try await client.get("/", server)
                    #expect(response.status == 200 && response.headers["x"] == "y" && response.headers["link"] == nil)
                    #expect(try await response.text() == "hello")
                }
            }
            #expect(server.connections.count == 1)
            client.close()
            server.close()
        }
    }

    @Test func `fields go through as they are and the connection's own are left out`() async throws {
        try await withLoop { loop in
            let heads = Heads()
            let server = try ScriptedServer(loop) { connection, _ in
                while true {
                    heads.add(try await connection.head())
                    connection.send("HTTP/1.1 204 No Content\r\n\r\n")
                }
            }
            let client = InternalHTTPClient(loop: loop)
            var request = HTTPClientRequest(
                method: .post, target: "/a%2Fb?q=%20",
                headers: [
                    "X-One": "1", "x-two": "b  c", "X-One": "2", "Connection": "close", "Keep-Alive": "5",
                    "Content-Length": "99", "Transfer-Encoding": "chunked", "Expect": "100-continue", "TE": "gzip",
                ])
            _ = try await client.send(request, to: server.endpoint, deadline: .seconds(5))
            request.headers["Host"] = "acme.example.com"
            request.body = .bytes(Array("x".utf8))
            _ = try await client.send(request, to: server.endpoint, deadline: .seconds(5))
            let fields = "X-One: 1\r\nx-two: b  c\r\nX-One: 2\r\n"
            #expect(
                heads.all[0]
                    == "POST /a%2Fb?q=%20 HTTP/1.1\r\nHost: 127.0.0.1:\(server.port)\r\n\(fields)Content-Length: 0\r\n\r\n"
            )
            #expect(
                heads.all[1]
                    == "POST /a%2Fb?q=%20 HTTP/1.1\r\n\(fields)Host: acme.example.com\r\nContent-Length: 1\r\n\r\n")
            client.close()
            server.close()
        }
    }

    @Test(arguments: [
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
        "HTTP/1.1 200 OK\nContent-Length: 0\n\n", "ICY 200 OK\r\n\r\n", "HTTP/1.1 101 Switching\r\n\r\n",
        "HTTP/1.1 200 OK\r\nX : y\r\n\r\n",
    ])
    func `an ambiguous answer is refused and its connection closed`(answer: String) async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send(answer)
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            await expect(.malformedResponse) { _ = try await client.get("/", server) }
            #expect(client.openConnections(to: server.endpoint) == 0)
            server.close()
        }
    }

    @Test func `bytes after an answer are never taken for the next`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(index)HTTP/1.1 500 Evil\r\n\r\n")
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            for index in 0..<2 {
                #expect(try await client.get("/", server).text() == "\(index)")
            }
            #expect(server.connections.count == 2)
            server.close()
        }
    }

    @Test func `a connection that died while idle costs a repeatable request nothing`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(index)")
                // The second request arrives and the connection ends without a word.
                if index == 0 { _ = try await connection.head() } else { await connection.waitForEnd() }
            }
            let client = InternalHTTPClient(loop: loop)
            #expect(try await client.get("/", server).text() == "0")
            let request = HTTPClientRequest(method: .put, target: "/", body: .bytes([1]))
            #expect(try await client.send(request, to: server.endpoint, deadline: .seconds(5)).text() == "1")
            client.close()
            server.close()
        }
    }

    @Test func `a POST on a connection that died is not sent twice`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                _ = try await connection.head()
            }
            let client = InternalHTTPClient(loop: loop)
            _ = try await client.get("/", server)
            await expect(.connectionClosed) {
                _ = try await client.send(
                    HTTPClientRequest(method: .post, target: "/"), to: server.endpoint, deadline: .seconds(5))
            }
            #expect(server.connections.count == 1)
            server.close()
        }
    }

    @Test func `a request that was not read is sent again, whatever it is`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n\(index)")
                guard index == 0 else { return await connection.waitForEnd() }
                _ = try await connection.head()
                connection.send(
                    "HTTP/1.1 408 Request Timeout\r\nX-Switchboard-Unread: 1\r\nContent-Length: 0\r\n"
                        + "Connection: close\r\n\r\n")
            }
            let client = InternalHTTPClient(loop: loop)
            #expect(try await client.get("/", server).text() == "0")
            let request = HTTPClientRequest(method: .post, target: "/", body: .bytes([1]))
            #expect(try await client.send(request, to: server.endpoint, deadline: .seconds(5)).text() == "1")
            client.close()
            server.close()
        }
    }

    @Test func `a timeout of a handler is an answer like any other`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
            let client = InternalHTTPClient(loop: loop)
            #expect(try await client.get("/", server).status == 408)
            #expect(server.connections.count == 1)
            server.close()
        }
    }

    @Test func `once a service ends a connection its idle ones are not used again`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, index in
                _ = try await connection.head()
                let last = index == 1 ? "Connection: close\r\n" : ""
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\(last)\r\n\(index)")
                await connection.waitForEnd()
            }
            let client = InternalHTTPClient(loop: loop)
            let request = HTTPClientRequest(method: .get, target: "/")
            for allowsReuse in [true, false] {
                _ = try await client.attempt(
                    request, to: server.endpoint, deadline: .seconds(5), allowsReuse: allowsReuse)
            }
            #expect(client.openConnections(to: server.endpoint) == 0)
            #expect(try await client.get("/", server).text() == "2")
            client.close()
            server.close()
        }
    }

    @Test func `a service that closed its idle connection is connected to anew`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            let client = InternalHTTPClient(loop: loop)
            for _ in 0..<2 {
                _ = try await client.send(
                    HTTPClientRequest(method: .post, target: "/"), to: server.endpoint, deadline: .seconds(5))
                while client.openConnections(to: server.endpoint) > 0 { try await loop.sleep(for: .milliseconds(1)) }
            }
            #expect(server.connections.count == 2)
            server.close()
        }
    }

    @Test func `an answer without a length lasts until the connection ends`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\n\r\nabc")
                await connection.drained()
            }
            let client = InternalHTTPClient(loop: loop)
            let answer = try await client.get("/", server)
            #expect(answer.body.declaredLength == nil)
            #expect(try await answer.text() == "abc")
            server.close()
        }
    }

    @Test func `an answer that breaks off is an error of its body`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                _ = try await connection.head()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
                await connection.drained()
            }
            let client = InternalHTTPClient(loop: loop)
            let answer = try await client.get("/", server)
            await #expect(throws: HTTPBodyError.connectionClosed) { _ = try await answer.text() }
            server.close()
        }
    }

    @Test func `what cannot be written is refused and leaves the connection usable`() async throws {
        try await withLoop { loop in
            let server = try ScriptedServer(loop) { connection, _ in
                while true {
                    _ = try await connection.head()
                    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
                }
            }
            let client = InternalHTTPClient(loop: loop)
            _ = try await client.get("/", server)
            for target in ["/a b", "/a\r\nX: y", ""] {
                await expect(.invalidRequest) { _ = try await client.get(target, server) }
            }
            await expect(.invalidRequest) {
                _ = try await client.send(
                    HTTPClientRequest(method: .get, target: "/", headers: ["X": "a\nb"]), to: server.endpoint,
                    deadline: .seconds(5))
            }
            _ = try await client.get("/", server)
            #expect(server.connections.count == 1)
            client.close()
            server.close()
        }
    }

    private func expect(_ expected: HTTPClientError, _ body: () async throws -> Void) async {
        do {
            try await body()
            Issue.record("no error, expected \(expected)")
        } catch {
            #expect(error as? HTTPClientError == expected)
        }
    }
}

extension InternalHTTPClient {
    func get(_ target: String, _ server: ScriptedServer) async throws -> HTTPClientResponse {
        try await send(
            HTTPClientRequest(method: .get, target: target), to: server.endpoint, deadline: .seconds(5))
    }
}

extension HTTPClientResponse {
    func text() async throws -> String { String(decoding: try await body.collect(upTo: 1 << 20), as: UTF8.self) }
}

extension ScriptedServer {
    var endpoint: HTTPEndpoint { HTTPEndpoint(host: "127.0.0.1", port: port) }
}
