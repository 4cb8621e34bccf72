import Auth
import HTTP
import HTTPClient
import IO
import Models
import Telemetry
import Testing

@testable import Gateway

@Suite struct UpgradeTests {
    private static let path = "/api/v1/realtime"

    /// A service that agrees to every offer and sends back what comes.
    private static func echo(
        _ answered: HTTPHeaders = [:], seen: @escaping @Sendable (HTTPRequest) -> Void = { _ in }
    ) -> HTTPHandler {
        { request in
            seen(request)
            guard request.upgrade != nil, let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            else { return HTTPResponse(status: 426) }
            var headers = answered
            if !headers.contains("sec-websocket-accept") { headers.set("Sec-WebSocket-Accept", key.accept) }
            return HTTPResponse(
                status: 101, headers: headers,
                body: .upgraded { input, output in
                    while let piece = try await input.next() { try await output.write(piece) }
                })
        }
    }

    @Test func `bytes go both ways through the door`() async throws {
        try await DoorUnderTest.with(service: Self.echo()) { door in
            let answer = try await door.upgrade(Self.path)
            #expect(answer.status == 101)
            #expect(answer.headers["x-request-id"]?.isEmpty == false)
            let writer = try #require(answer.writer)
            for text in ["one", "two", String(repeating: "x", count: 200_000)] {
                let writing = door.loop.spawn { () async -> Result<Void, any Error> in
                    do { return .success(try await writer.write(Array(text.utf8))) } catch { return .failure(error) }
                }
                var received: [UInt8] = []
                while received.count < text.utf8.count, let piece = try await answer.body.next() { received += piece }
                let isSame = received == Array(text.utf8)
                #expect(isSame)
                try await writing.value.get()
            }
            writer.finish()
            let end = try await answer.body.next()
            #expect(end == nil)
        }
    }

    @Test func `the service sees a clean handshake of the gateway's own`() async throws {
        let seen = SeenRequest()
        try await DoorUnderTest.with(service: Self.echo { seen.request = $0 }) { door in
            let key = WebSocketKey.make()
            let answer = try await door.upgrade(
                Self.path, key: key,
                [
                    "Sec-WebSocket-Version": "13", "Sec-WebSocket-Extensions": "permessage-deflate",
                    "X-Switchboard-Tenant": "x",
                ])
            #expect(answer.status == 101)
            #expect(answer.headers["sec-websocket-accept"] == key.accept)
            let request = try #require(seen.request)
            #expect(request.headers["sec-websocket-version"] == "13")
            #expect(request.headers["sec-websocket-extensions"] == "permessage-deflate")
            #expect(request.headers["x-switchboard-tenant"] == door.tenant.jsonText)
            #expect(request.headers.count(of: "sec-websocket-key") == 1)
            #expect(request.headers["sec-websocket-key"] != key.text)
        }
    }

    @Test func `over HTTP/2 there is no key, and over HTTP/1.1 there must be one`() async throws {
        let seen = SeenRequest()
        try await DoorUnderTest.with(service: Self.echo { seen.request = $0 }) { door in
            var request = HTTPRequest(
                method: .get, target: Self.path,
                headers: ["Host": "acme.localhost:8080", "Sec-WebSocket-Version": "13"],
                remote: try #require(SocketAddress(host: "127.0.0.1", port: 1)))
            request.upgrade = "websocket"
            #expect(await door.door.answer(request).status == 400)
            #expect(seen.request == nil)
            request.isHTTP2 = true
            let response = await door.door.answer(request)
            #expect(response.status == 101)
            #expect(response.headers["sec-websocket-accept"] == nil)
            #expect(seen.request?.headers["sec-websocket-key"].flatMap(WebSocketKey.init) != nil)
            guard case .upgraded = response.body else { return #expect(Bool(false), "nothing was upgraded") }
        }
    }

    @Test func `a token may come as a subprotocol, which the service does not see`() async throws {
        let seen = SeenRequest()
        try await DoorUnderTest.with(service: Self.echo(["Sec-WebSocket-Protocol": "chat"]) { seen.request = $0 }) {
            door in
            let bearer = try door.bearer(.agent)
            let answer = try await door.upgrade(
                Self.path, ["Sec-WebSocket-Protocol": "chat, bearer.\(bearer.dropFirst(7))"])
            #expect(answer.status == 101)
            #expect(answer.headers["sec-websocket-protocol"] == "chat")
            #expect(seen.request?.headers["authorization"] == bearer)
            #expect(seen.request?.headers.all(named: "sec-websocket-protocol") == ["chat"])

            let wrong = try await door.upgrade(Self.path, ["Sec-WebSocket-Protocol": "chat, bearer.abc"])
            #expect(wrong.status == 401)
            let other = try door.bearer(.agent, in: door.otherTenant).dropFirst(7)
            let stranger = try await door.upgrade(Self.path, ["Sec-WebSocket-Protocol": "bearer.\(other)"])
            #expect(stranger.status == 401)
        }
    }

    @Test func `a token may be all that is offered, and is what the browser gets back`() async throws {
        let seen = SeenRequest()
        try await DoorUnderTest.with(service: Self.echo { seen.request = $0 }) { door in
            let bearer = try door.bearer(.agent)
            let name = "bearer.\(bearer.dropFirst(7))"
            for list in [name, "\(name), chat"] {
                let answer = try await door.upgrade(Self.path, ["Sec-WebSocket-Protocol": list])
                #expect(answer.status == 101)
                // WHATWG's rules fail a connection whose offer gets no choice.
                #expect(answer.headers.all(named: "sec-websocket-protocol") == [name])
                #expect(seen.request?.headers["authorization"] == bearer)
            }
            #expect(seen.request?.headers.all(named: "sec-websocket-protocol") == ["chat"])
            #expect(!door.log.text.contains(name))
        }
    }

    @Test(arguments: [
        "bearer.a, bearer.b", "chat, chat", "chat,", "ch at", "", ",", "a/b",
    ])
    func `a list of subprotocols that is none is refused`(list: String) async throws {
        try await DoorUnderTest.with(service: Self.echo()) { door in
            let answer = try await door.upgrade(Self.path, ["Sec-WebSocket-Protocol": list])
            #expect(try await door.problem(answer).code == "bad_request")
        }
    }

    @Test func `two credentials are refused`() async throws {
        try await DoorUnderTest.with(service: Self.echo()) { door in
            let bearer = try door.bearer(.agent)
            let answer = try await door.upgrade(
                Self.path, ["Sec-WebSocket-Protocol": "bearer.\(bearer.dropFirst(7))", "Authorization": bearer])
            #expect(answer.status == 400)
        }
    }

    @Test(arguments: [
        "http://acme.localhost:8080", "HTTP://ACME.localhost:8080", "https://acme.localhost:8080",
    ])
    func `a page of the same host may connect`(origin: String) async throws {
        try await DoorUnderTest.with(service: Self.echo()) { door in
            let answer = try await door.upgrade(Self.path, ["Origin": origin])
            #expect(answer.status == (origin.hasPrefix("HTTP:") ? 403 : 101))
        }
    }

    @Test(arguments: [
        "http://globex.localhost:8080", "http://evil.example", "null", "http://acme.localhost",
        "http://acme.localhost:80801",
        "http://acme.localhost:8080.evil.example", "ftp://acme.localhost:8080", "acme.localhost:8080", "",
    ])
    func `a page of another origin may not`(origin: String) async throws {
        try await DoorUnderTest.with(service: { _ in
            Issue.record("the service was asked")
            return HTTPResponse(status: 500)
        }) { door in
            let answer = try await door.upgrade(Self.path, ["Origin": origin])
            #expect(try await door.problem(answer).code == "forbidden")
            let twice = try await door.upgrade(
                Self.path, ["Origin": "http://acme.localhost:8080", "Origin": "http://acme.localhost:8080"])
            #expect(twice.status == 403)
        }
    }

    @Test func `a service that does not agree answers like to any other request`() async throws {
        try await DoorUnderTest.with(service: { _ in
            HTTPResponse(
                status: 426, headers: ["Sec-WebSocket-Version": "13"], body: .bytes(Array("wrong version".utf8)))
        }) { door in
            let answer = try await door.upgrade(Self.path)
            #expect(answer.status == 426)
            #expect(answer.writer == nil)
            #expect(answer.headers["sec-websocket-version"] == "13")
            let bytes = try await answer.body.collect(upTo: 100)
            #expect(String(decoding: bytes, as: UTF8.self) == "wrong version")
        }
    }

    @Test func `a service that agrees to something else is not believed`() async throws {
        for headers in [
            ["Sec-WebSocket-Accept": "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="], ["Sec-WebSocket-Protocol": "other"],
            ["Sec-WebSocket-Protocol": "chat", "Sec-WebSocket-Protocol": "chat"],
        ] as [HTTPHeaders] {
            try await DoorUnderTest.with(service: Self.echo(headers)) { door in
                let answer = try await door.upgrade(Self.path, ["Sec-WebSocket-Protocol": "chat"])
                #expect(answer.status == 502)
            }
        }
    }

    @Test func `the line in the log comes at the end, with the bytes of both directions`() async throws {
        try await DoorUnderTest.with(service: { request in
            let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            return HTTPResponse(
                status: 101, headers: ["Sec-WebSocket-Accept": key?.accept ?? ""],
                body: .upgraded { input, output in
                    _ = try await input.next()
                    try await output.write(Array("goodbye".utf8))
                })
        }) { door in
            let answer = try await door.upgrade(Self.path)
            #expect(!door.log.text.contains("Request answered"))
            let writer = try #require(answer.writer)
            try await writer.write(Array("hello".utf8))
            let bytes = try await answer.body.collect(upTo: 100)
            #expect(String(decoding: bytes, as: UTF8.self) == "goodbye")
            writer.finish()
            while !door.log.text.contains("Request answered") { try await door.loop.sleep(for: .milliseconds(5)) }
            #expect(door.log.text.contains(#""http.received_bytes":5"#))
            #expect(door.log.text.contains(#""http.sent_bytes":7"#))
        }
    }

    @Test func `when one end is lost the other is let go`() async throws {
        let (ended, gate) = AsyncStream<String>.makeStream()
        try await DoorUnderTest.with(service: { request in
            let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            return HTTPResponse(
                status: 101, headers: ["Sec-WebSocket-Accept": key?.accept ?? ""],
                body: .upgraded { input, output in
                    try await output.write([1])
                    defer { gate.yield("service") }
                    while try await input.next() != nil {}
                    throw HTTPBodyError.malformed
                })
        }) { door in
            var answer: HTTPClientResponse? = try await door.upgrade(Self.path)
            _ = try await answer?.body.next()
            answer = nil
            for await _ in ended { break }
        }
        // The other way around: the service goes, and the client is told.
        try await DoorUnderTest.with(service: { request in
            let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            return HTTPResponse(
                status: 101, headers: ["Sec-WebSocket-Accept": key?.accept ?? ""],
                body: .upgraded { _, _ in throw HTTPBodyError.malformed })
        }) { door in
            let answer = try await door.upgrade(Self.path)
            #expect(answer.status == 101)
            do { while try await answer.body.next() != nil {} } catch {}
        }
    }
}

/// What the service saw.
private final class SeenRequest: @unchecked Sendable {
    var request: HTTPRequest?
}

extension DoorUnderTest {
    /// Asks for WebSocket.
    func upgrade(
        _ target: String, key: WebSocketKey = .make(), _ headers: HTTPHeaders = [:]
    ) async throws -> HTTPClientResponse {
        var headers = headers
        headers.set("Host", "acme.localhost:8080")
        var request = HTTPClientRequest(method: .get, target: target, headers: headers)
        request.upgrade = key
        return try await client.send(request, to: endpoint, deadline: .seconds(30))
    }
}
