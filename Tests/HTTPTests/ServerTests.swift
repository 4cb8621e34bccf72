@testable import HTTP
import IO
import Telemetry
import TestSupport
import Testing

@Suite struct ServerTests {
    private static let echo: HTTPHandler = { request in
        do {
            let body = try await request.body.collect(upTo: 1_000_000)
            return HTTPResponse(
                status: 200, headers: ["Content-Type": "text/plain", "X-Method": request.method.rawValue],
                body: .bytes(Array("\(request.path)|".utf8) + body))
        } catch HTTPBodyError.tooLarge {
            return HTTPResponse(status: 413)
        } catch {
            return HTTPResponse(status: 408)
        }
    }

    @Test func `a response has a date, its length and the handler's fields`() async throws {
        try await withServer(handler: Self.echo) { server in
            let text = try await server.exchange("GET /a?b HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let parts = text.split(separator: "\r\n\r\n", omittingEmptySubsequences: false)
            let lines = parts[0].split(separator: "\r\n")
            #expect(lines.first == "HTTP/1.1 200 OK")
            #expect(lines.contains { $0.hasPrefix("Date: ") && $0.hasSuffix(" GMT") })
            #expect(lines.contains("Content-Length: 3"))
            #expect(lines.contains("Content-Type: text/plain"))
            #expect(lines.contains("Connection: close"))
            #expect(parts[1] == "/a|")
        }
    }

    @Test func `a connection serves one request after the other, with bodies of both kinds`() async throws {
        try await withServer(handler: Self.echo) { server in
            let client = try await server.connect()
            for round in 0..<5 {
                client.send("POST /\(round) HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nfive\(round)")
                #expect(await client.read(upTo: "/\(round)|five\(round)").contains("Content-Length: 8"))
                client.send(
                    "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n1\r\n\(round)\r\n0\r\n\r\n"
                )
                #expect(await client.read(upTo: "/c|abc\(round)").contains("Content-Length: 7"))
            }
            #expect(server.server.connectionCount == 1)
        }
    }

    @Test func `requests that are sent ahead are answered in order, one at a time`() async throws {
        let running = Meeting()
        try await withServer(handler: { request in
            running.arrive()
            let body = (try? await request.body.collect(upTo: 100)) ?? []
            return HTTPResponse(status: 200, body: .bytes(Array("\(request.path)\(body.count);".utf8)))
        }) { server in
            let count = 2000
            let client = try await server.connect()
            var text = ""
            for number in 0..<count {
                text +=
                    number % 3 == 0
                    ? "POST /\(number): HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\n\r\nGET "
                    : "GET /\(number): HTTP/1.1\r\nHost: a\r\n\r\n"
            }
            client.send(text + "GET /end HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = await client.readToEnd()
            let bodies = answer.split(separator: "\r\n").compactMap { line -> String? in
                line.first == "/" ? String(line.prefix { $0 != ";" }) : nil
            }
            #expect(bodies == (0..<count).map { "/\($0):\($0 % 3 == 0 ? 4 : 0)" } + ["/end0"])
            #expect(running.count == count + 1)
        }
    }

    @Test func `a request in single bytes is understood`() async throws {
        try await withServer(handler: Self.echo) { server in
            let client = try await server.connect()
            let text =
                "POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\nX: y\r\n\r\n"
            for byte in text.utf8 {
                client.send([byte])
                // Lets the loop turn, so that the server reads each byte for itself.
                try await server.loop.sleep(for: .zero)
            }
            #expect(await client.read(upTo: "/x|abc").contains("200 OK"))
        }
    }

    @Test func `HEAD gets the head that GET would, without the body`() async throws {
        try await withServer(handler: { request in
            request.path == "/stream"
                ? HTTPResponse(status: 200, body: .stream(length: 7) { try await $0.write(Array("7 bytes".utf8)) })
                : HTTPResponse(status: 200, body: .bytes(Array("body".utf8)))
        }) { server in
            let client = try await server.connect()
            client.send(
                "HEAD / HTTP/1.1\r\nHost: a\r\n\r\nHEAD /stream HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            let answer = await client.readToEnd()
            #expect(answer.contains("Content-Length: 4\r\n") && answer.contains("Content-Length: 7\r\n"))
            #expect(!answer.contains("body") && !answer.contains("7 bytes"))
        }
    }

    @Test func `204 and 304 have no body and no length`() async throws {
        try await withServer(handler: { request in
            HTTPResponse(status: request.path == "/204" ? 204 : 304, body: .bytes(Array("no".utf8)))
        }) { server in
            for path in ["/204", "/304"] {
                let answer = try await server.exchange("GET \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
                #expect(answer.hasSuffix("\r\n\r\n") && !answer.contains("Content-Length"))
            }
        }
    }

    @Test func `a client that asks first is told to go on only when its body is wanted`() async throws {
        try await withServer(handler: { request in
            guard request.path == "/wanted" else { return HTTPResponse(status: 403) }
            return await Self.echo(request)
        }) { server in
            let head = "HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"
            let client = try await server.connect()
            client.send("POST /wanted \(head)")
            #expect(await client.read(upTo: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("abc")
            #expect(await client.read(upTo: "/wanted|abc").contains("200 OK"))
            // Whether the body comes after all cannot be known: the connection must end.
            let refused = try await server.exchange("POST /other \(head)")
            #expect(refused.hasPrefix("HTTP/1.1 403 ") && refused.contains("Connection: close"))
        }
    }

    @Test func `a header that would break the response is answered 500 instead`() async throws {
        try await withServer(handler: { request in
            var headers: HTTPHeaders = ["Location": "/ok"]
            headers.add("X-Evil", "a\r\nSet-Cookie: stolen=1")
            return HTTPResponse(status: 302, headers: headers)
        }) { server in
            let answer = try await server.exchange("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            #expect(answer.hasPrefix("HTTP/1.1 500 ") && !answer.contains("Set-Cookie"))
            #expect(server.log.text.contains("Response could not be sent"))
        }
    }

    @Test func `refusals are problem documents that close the connection`() async throws {
        try await withServer(handler: Self.echo) { server in
            for (request, status) in [
                ("GET / HTTP/1.1\r\n\r\n", 400), ("BREW / HTTP/1.1\r\nHost: a\r\n\r\n", 501),
                ("GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505), ("GET /\(String(repeating: "a", count: 9000)) ", 414),
                ("GET / HTTP/1.1\r\nHost: a\r\nX: \(String(repeating: "a", count: 40_000))", 431),
                ("POST / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417),
            ] {
                let answer = try await server.exchange(request)
                #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
                #expect(
                    answer.contains("Content-Type: application/problem+json") && answer.contains("Connection: close"))
                #expect(answer.contains("\"status\":\(status)"))
            }
        }
    }

    @Test func `HTTP 1-0 gets a body that ends with the connection, or keeps it when it asks to`() async throws {
        try await withServer(handler: { request in
            request.path == "/stream"
                ? HTTPResponse(status: 200, body: .stream(length: nil) { try await $0.write(Array("abc".utf8)) })
                : HTTPResponse(status: 200, body: .bytes(Array("whole".utf8)))
        }) { server in
            let streamed = try await server.exchange("GET /stream HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(streamed.hasSuffix("\r\n\r\nabc") && !streamed.contains("chunked"))
            let client = try await server.connect()
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(await client.read(upTo: "whole").contains("Connection: keep-alive"))
            client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(await client.readToEnd().hasSuffix("whole"))
        }
    }

    @Test func `a client that closes its half still gets its answers`() async throws {
        try await withServer(handler: Self.echo) { server in
            let client = try await server.connect()
            client.send("GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n")
            client.finishSending()
            let answer = await client.readToEnd()
            #expect(answer.contains("/1|") && answer.hasSuffix("/2|"))
        }
    }

    @Test func `a connection above the limit is turned away`() async throws {
        var configuration = HTTPServerConfiguration.forTests
        configuration.maximumConnections = 2
        try await withServer(configuration, handler: Self.echo) { server in
            let first = try await server.connect()
            let second = try await server.connect()
            for client in [first, second] {
                client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(await client.read(upTo: "/|").contains("200 OK"))
            }
            let answer = try await server.connect().readToEnd()
            #expect(answer.hasPrefix("HTTP/1.1 503 "))
            first.close()
        }
    }
}
