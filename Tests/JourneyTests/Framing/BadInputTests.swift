import HTTP
import HTTPClient
import JSON
import Models
import Testing

@Suite(.timeLimit(.minutes(20))) struct BadInputTests {
    /// What comes after `GET /api/v1/calls HTTP/1.1` and a good Host, a line each, `|` for a line's end.
    private static let heads = """
        Content-Length: -1||
        Content-Length: +4||abcd
        Content-Length: 4x||abcd
        Content-Length: 4|Content-Length: 5||abcde
        Content-Length: 4, 4||abcd
        Content-Length: 99999999999999999999||
        Content-Length: 4|Transfer-Encoding: chunked||0||
        Transfer-Encoding: chunked|Content-Length: 4||0||
        Transfer-Encoding: gzip, chunked||0||
        Transfer-Encoding: chunked, chunked||0||
        Transfer-Encoding: xchunked||0||
        Transfer-Encoding:\u{b}chunked||0||
        Transfer-Encoding: chunked||zz|abcd|0||
        Transfer-Encoding: chunked||-4|abcd|0||
        Transfer-Encoding: chunked||4|abcdef|0||
        Transfer-Encoding: chunked||ffffffffffffffff|a
        Transfer-Encoding: chunked||4;x=\u{0}|abcd|0||
        Transfer-Encoding : chunked||0||
        X Y: 1||
        X-A: 1| folded||
        X-A: a\u{0}b||
        X-A: a\u{7f}b||
        : empty||
        no-colon||
        Host: other.localhost||
        """

    /// Whole requests, `|` for a line's end.
    private static let requests = """
        GET /api/v1/calls HTTP/1.1||
        GET /api/v1/calls HTTP/1.1|Host: a b||
        GET /api/v1/calls HTTP/1.1|Host: a/b||
        GET /api/v1/calls HTTP/1.1|Host: a,b||
        GET /api/v1/calls HTTP/2.0|Host: localhost||
        GET /api/v1/calls HTTP/1.10|Host: localhost||
        GET /api/v1/calls HTTP/0.9|Host: localhost||
        GET /api/v1/calls|Host: localhost||
        GET  /api/v1/calls HTTP/1.1|Host: localhost||
        GET\u{9}/api/v1/calls HTTP/1.1|Host: localhost||
        GET /api/v1/ca lls HTTP/1.1|Host: localhost||
        GET api/v1/calls HTTP/1.1|Host: localhost||
        GET /a\u{0}b HTTP/1.1|Host: localhost||
        G\u{e9}T / HTTP/1.1|Host: localhost||
        CONNECT localhost:80 HTTP/1.1|Host: localhost||
        TRACE / HTTP/1.1|Host: localhost||
        PRI * HTTP/2.0||XX||
        nonsense||
        \u{16}\u{3}\u{1}\u{2}\u{0}\u{1}||
        """

    private static func lines(_ text: String) -> [String] {
        text.split(separator: "\n").map { String($0).replacing("|", with: "\r\n") }
    }

    private static func check(_ request: String, _ visit: Visit) async throws {
        let answer = try await RawExchange.send(request, to: visit.port, on: visit.loop)
        let status = answer.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) }
        #expect(
            status.map { (400..<500).contains($0) || $0 == 501 || $0 == 505 } == true,
            "\(request.debugDescription) is answered \(answer.prefix(300).debugDescription)")
        #expect(
            answer.ranges(of: "HTTP/1.1 ").count == 1,
            "\(request.debugDescription) is answered more than once: \(answer.prefix(2000))")
        let isAlive = try await visit.caller("admin").get("/live").status == 200
        #expect(isAlive, "\(request.debugDescription)")
    }

    @Test func `every wrong framing is refused once, and nothing else happens`() async throws {
        try await SharedSuite.visit { visit in
            let host = "Host: admin.localhost:\(visit.port)"
            for head in Self.lines(Self.heads) {
                try await Self.check("POST /api/v1/auth/login HTTP/1.1\r\n\(host)\r\n\(head)", visit)
            }
            for request in Self.lines(Self.requests) { try await Self.check(request, visit) }
        }
    }

    @Test func `heads without an end are refused at their limit`() async throws {
        try await SharedSuite.visit { visit in
            let long = String(repeating: "a", count: 40_000)
            let host = "Host: admin.localhost:\(visit.port)"
            try await Self.check("GET /\(long) HTTP/1.1\r\n\(host)\r\n\r\n", visit)
            try await Self.check("GET / HTTP/1.1\r\n\(host)\r\nX-Long: \(long)\r\n\r\n", visit)
            let many = (0..<2000).map { "X-\($0): 1\r\n" }.joined()
            try await Self.check("GET / HTTP/1.1\r\n\(host)\r\n\(many)\r\n", visit)
        }
    }

    @Test func `a second request that was smuggled into a body is a body`() async throws {
        try await SharedSuite.visit { visit in
            let hidden = "GET /api/v1/users HTTP/1.1\r\nHost: x\r\n\r\n"
            let host = "Host: admin.localhost:\(visit.port)"
            let request = """
                POST /api/v1/auth/login HTTP/1.1\r\n\(host)\r\nContent-Type: application/json\r\n\
                Connection: close\r\nContent-Length: \(hidden.utf8.count)\r\n\r\n\(hidden)
                """
            try await Self.check(request, visit)
        }
    }

    @Test func `bodies that are no JSON, or not the JSON that is asked for, are named`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            func post(_ text: String, _ type: String = "application/json") async throws -> Answer {
                try await owner.send(
                    .post, "/api/v1/calls", ["Content-Type": type], body: .bytes(Array(text.utf8)))
            }
            for text in [
                "", "{", "[]", "null", "{\"a\":1}", "{\"from\":1,\"from\":2}", "\u{0}", "{\"from\":\"\\ud800\"}",
            ] {
                let status = try await post(text).status
                #expect(status == 400 || status == 422, "\(text.debugDescription): \(status)")
            }
            let deep = String(repeating: "[", count: 100_000)
            #expect([400, 413, 422].contains(try await post(deep).status))
            #expect(try await post("{}", "text/plain").status == 415)
            #expect(try await post(String(repeating: " ", count: 2 << 20)).status == 413)
            let problem = try await post("{\"direction\":\"sideways\",\"colour\":1}").expect(422, "validation_failed")
            #expect(problem.errors.contains { $0.pointer == "/colour" && $0.code == "unknown_key" })
            #expect(problem.errors.contains { $0.pointer == "/from" && $0.code == "required" })
            #expect(problem.errors.contains { $0.pointer == "/direction" })
        }
    }

    @Test func `recordings that are no audio are refused, and the process lives`() async throws {
        try await SharedSuite.visit { visit in
            let key = try await TenantUnderTest.make(visit).key([.callsRead, .callsWrite])
            let call = try await key.createCall()
            for bytes in [
                [], Array("<html></html>".utf8), Array("RIFF\u{0}\u{0}\u{0}\u{0}WAVE".utf8),
                [UInt8](repeating: 0, count: 5000),
            ] {
                let status = try await key.upload(bytes, to: call.id).status
                #expect((400..<500).contains(status), "\(status)")
            }
            #expect(try await key.call(call.id).recording == nil)
        }
    }
}
