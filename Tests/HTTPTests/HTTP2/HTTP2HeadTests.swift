import TestSupport
import Testing

@testable import HTTP

/// What RFC 9113, 8 says of heads, and that nothing gets through which would mean something else in HTTP/1.1.
@Suite struct HTTP2HeadTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let name: String
        let fields: [(String, [UInt8])]
        let verdict: String

        var testDescription: String { name }
    }

    /// Reads lines of `name | verdict | more fields`.
    ///
    /// The fields stand behind those of a sound GET: `-:path` leaves one of these out and `=:path:/x` changes it. `@` is
    /// an empty name, a backslash and two hexadecimal digits are a byte. Verdicts: `reset` or a status.
    static func table(_ text: String) -> [Case] {
        text.split(separator: "\n").map { line in
            let parts = line.split(separator: "|", maxSplits: 2, omittingEmptySubsequences: false).map {
                HTTP2Case.trim($0)
            }
            var pseudo = [(":method", "GET"), (":scheme", "http"), (":path", "/"), (":authority", "a.example")]
            var more: [(String, [UInt8])] = []
            for word in parts[2].split(separator: ";") where !HTTP2Case.trim(word).isEmpty {
                let word = word.drop { $0 == " " }
                let marks = word.hasPrefix(":") ? 1 : word.hasPrefix("-:") || word.hasPrefix("=:") ? 2 : 0
                let colon = word.dropFirst(marks).firstIndex(of: ":")
                let name = colon.map { String(word[..<$0]) } ?? String(word)
                let value = colon.map { String(word[word.index(after: $0)...]) } ?? ""
                if name.hasPrefix("-") {
                    pseudo.removeAll { $0.0 == name.dropFirst() }
                } else if name.hasPrefix("=") {
                    pseudo = pseudo.map { $0.0 == name.dropFirst() ? ($0.0, value) : $0 }
                } else {
                    more.append((name, Self.bytes(value)))
                }
            }
            let raw = more.map { ($0.0 == "@" ? "" : String(decoding: Self.bytes($0.0), as: UTF8.self), $0.1) }
            return Case(
                name: parts[0], fields: pseudo.map { ($0.0, Self.bytes($0.1)) } + raw, verdict: parts[1])
        }
    }

    private static func bytes(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            if byte == 0x5c, let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) {
                bytes.append(code)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    @Test(arguments: table(pseudoFields) + table(regularFields) + table(injections))
    func `a head is taken, answered or malformed`(probe: Case) async throws {
        try await withServer(.forHTTP2, handler: { _ in HTTPResponse(status: 200) }) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.encode(probe.fields))
            let answer = await client.answer(1)
            #expect(
                answer.status.map { "\($0)" } ?? answer.reset.map { $0 == 1 ? "reset" : "code \($0)" } == probe.verdict)
            // The connection and its compression state survive.
            client.get(3)
            #expect(await client.answer(3).status == 200)
        }
    }

    private static let pseudoFields = """
        8.3.1 a sound request | 200 |
        8.3 an unknown pseudo field | reset | :test:x
        8.3 a pseudo field of answers | reset | :status:200
        8.3 a pseudo field behind others | reset | -:path; x:y; :path:/
        8.3.1 no method | reset | -:method
        8.3.1 no scheme | reset | -:scheme
        8.3.1 no path | reset | -:path
        8.3.1 an empty path | reset | =:path:
        8.3.1 an empty method | reset | =:method:
        8.3.1 two methods | reset | :method:GET
        8.3.1 two schemes | reset | :scheme:http
        8.3.1 two paths | reset | :path:/
        8.3.1 two authorities | reset | :authority:a.example
        8.3.1 a path without a slash | reset | =:path:index
        8.3.1 a path of the absolute form | reset | =:path:http://a.example/
        8.3.1 a star for GET | reset | =:path:*
        8.3.1 a star for OPTIONS | 200 | =:path:*; =:method:OPTIONS
        8.3.1 a fragment | 400 | =:path:/#top
        8.3.1 a space in the path | 400 | =:path:/a b
        8.3.1 a tab in the path | 400 | =:path:/a\\09b
        8.3.1 bytes that no URI has in the path | 400 | =:path:/\\22<>
        8.3.1 bytes above ASCII in the path | 400 | =:path:/\\c3\\a4
        8.3.1 another scheme | 400 | =:scheme:ftp
        8.3.1 a scheme that is none | reset | =:scheme:ht\\20tp
        8.3.1 an empty scheme | reset | =:scheme:
        8.3.1 an authority with a user | 400 | =:authority:me@a.example
        8.3.1 an authority with a path | 400 | =:authority:a.example/x
        8.3.1 an empty authority | 400 | =:authority:
        8.3.1 a host instead of an authority | 200 | -:authority; host:a.example
        8.3.1 neither host nor authority | 400 | -:authority
        8.3.1 a host like the authority | 200 | host:A.example
        8.3.1 a host unlike the authority | reset | host:b.example
        8.3.1 two hosts | reset | host:a.example; host:a.example
        8.3.1 an unknown method | 501 | =:method:BREW
        8.3.1 a method in lower case | 501 | =:method:get
        8.3.1 a method that is no token | reset | =:method:GE\\20T
        8.5 CONNECT without a target | reset | =:method:CONNECT
        8.5 CONNECT for a tunnel | 501 | =:method:CONNECT; -:scheme; -:path
        8441 4 a protocol without CONNECT | reset | :protocol:websocket
        8441 4 an unknown protocol | 501 | =:method:CONNECT; :protocol:connect-udp
        8441 4 a protocol without a path | reset | =:method:CONNECT; :protocol:websocket; -:path
        """

    private static let regularFields = """
        8.2 a name in upper case | reset | X-Test:y
        8.2.1 an empty name | reset | @:y
        8.2.1 a name with a space | reset | x\\20y:z
        8.2.1 a name with a colon | reset | x\\3ay:z
        8.2.1 a name with a control character | reset | x\\01y:z
        8.2.1 a name with DEL | reset | x\\7fy:z
        8.2.1 a value with NUL | reset | x:a\\00b
        8.2.1 a value with CR | reset | x:a\\0db
        8.2.1 a value with LF | reset | x:a\\0ab
        8.2.1 a value with another control character | reset | x:a\\01b
        8.2.1 a value that begins with a space | reset | x:\\20a
        8.2.1 a value that begins with a tab | reset | x:\\09a
        8.2.1 a value that ends with a space | reset | x:a\\20
        8.2.1 a value that ends with a tab | reset | x:a\\09
        8.2.1 an empty value | 200 | x:
        8.2.1 bytes above ASCII in a value | 200 | x:\\c3\\a4
        8.2.2 Connection | reset | connection:keep-alive
        8.2.2 Keep-Alive | reset | keep-alive:timeout=5
        8.2.2 Proxy-Connection | reset | proxy-connection:keep-alive
        8.2.2 Transfer-Encoding | reset | transfer-encoding:chunked
        8.2.2 Upgrade | reset | upgrade:websocket
        8.2.2 TE with a coding | reset | te:gzip
        8.2.2 TE with trailers | 200 | te:trailers
        8.2.2 TE with trailers and more | reset | te:trailers, deflate
        8.1.1 a length without a body | reset | content-length:1
        8.1.1 a length of nothing | 200 | content-length:0
        8.1.1 two lengths | reset | content-length:0; content-length:0
        8.1.1 a length that is a list | reset | content-length:0, 0
        8.1.1 a negative length | reset | content-length:-0
        8.1.1 a length that is too long | reset | content-length:99999999999999999999
        9110 10.1.1 an unknown expectation | 417 | expect:x
        """

    private static let injections = """
        a request in a value | reset | x:a\\0d\\0aGET /admin HTTP/1.1\\0d\\0aHost: b
        a request in the path | reset | =:path:/\\20HTTP/1.1\\0d\\0aHost:\\20b\\0d\\0a
        a field in the path | reset | =:path:/\\0d\\0aX:\\20y
        a field in the method | reset | =:method:GET\\20/\\20HTTP/1.1\\0d\\0aX:
        a field in the authority | reset | =:authority:a\\0d\\0aX: y
        a field in a name | reset | x\\3a\\20y\\0d\\0atransfer-encoding:chunked
        a chunked body in disguise | reset | transfer-encoding:chunked; content-length:0
        a coding with a vertical tab | reset | transfer-encoding:\\0bchunked
        a second request line in the scheme | reset | =:scheme:http\\0d\\0a
        a line feed alone | reset | x:a\\0aTransfer-Encoding: chunked
        a host with a port that is none | 400 | =:authority:a.example:99999
        a host with a list | 400 | =:authority:a, b
        """

    @Test func `a request arrives in the form of HTTP 1`() async throws {
        try await withServer(
            .forHTTP2,
            handler: { request in
                let text = request.headers.map { "\($0.name)=\($0.value)" }.joined(separator: "|")
                return HTTPResponse(
                    status: 200,
                    body: .bytes(Array("\(request.method) \(request.path) \(request.query ?? "") \(text)".utf8)))
            }
        ) { server in
            let client = try await HTTP2Client.connect(server)
            let fields = [("cookie", "a=1"), ("x", "y"), ("cookie", "b=2"), ("cookie", "c=3"), ("te", "trailers")]
            client.get(1, "/p?q=1", fields)
            let text = await client.answer(1).text
            #expect(text == "GET /p q=1 x=y|te=trailers|host=a|cookie=a=1; b=2; c=3")
        }
    }

    @Test func `a list of fields that is too large is answered, and one that has no end is not`() async throws {
        try await withServer(.forHTTP2, handler: { _ in HTTPResponse(status: 200) }) { server in
            let client = try await HTTP2Client.connect(server)
            // An entry of 4,000 bytes in the dynamic table, then an octet for each time it is meant.
            let entry: [UInt8] =
                [0x40] + HeaderBlock.text([0x78]) + HeaderBlock.text([UInt8](repeating: 0x61, count: 4000))
            client.headers(1, HeaderBlock.get + entry + [UInt8](repeating: 0xbe, count: 20))
            #expect(await client.answer(1).status == 431)
            client.get(3)
            #expect(await client.answer(3).status == 200)
            client.headers(5, HeaderBlock.get + [UInt8](repeating: 0xbe, count: 10_000))
            await client.wait { _ in false }
            #expect(client.goAway == 11)
        }
    }

    @Test func `more fields than are allowed are answered`() async throws {
        try await withServer(.forHTTP2, handler: { _ in HTTPResponse(status: 200) }) { server in
            let client = try await HTTP2Client.connect(server)
            client.get(1, "/", (0..<101).map { ("x\($0)", "") })
            #expect(await client.answer(1).status == 431)
            client.get(3, "/" + String(repeating: "a", count: 8192))
            #expect(await client.answer(3).status == 414)
        }
    }

    @Test(arguments: [
        ("content-length", "3", "abc", 200), ("content-length", "4", "abc", 0), ("content-length", "2", "abc", 0),
        ("x", "y", "abc", 200),
    ])
    func `a length that is not the body's resets the stream`(
        name: String, value: String, body: String, status: Int
    ) async throws {
        try await withServer(.forHTTP2, handler: HTTP2FramingTests.handler) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.request("POST", path: "/", [(name, value)]), ends: false)
            client.data(1, Array(body.utf8), ends: true)
            let answer = await client.answer(1)
            #expect(answer.status ?? 0 == status)
            #expect(answer.reset == (status == 0 ? 1 : nil))
        }
    }

    @Test(arguments: ["content-length", "transfer-encoding", "host", "connection", "authorization", "X-Upper"])
    func `a trailer that would frame, route or prove is malformed`(name: String) async throws {
        try await withServer(.forHTTP2, handler: HTTP2FramingTests.handler) { server in
            let client = try await HTTP2Client.connect(server)
            client.headers(1, HeaderBlock.post, ends: false)
            client.data(1, [1, 2, 3])
            client.headers(1, HeaderBlock.encode([(name, "1")]))
            #expect(await client.answer(1).reset == 1)
        }
    }
}
