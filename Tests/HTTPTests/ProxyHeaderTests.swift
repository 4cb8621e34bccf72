import IO
import TestSupport
import Testing

@testable import HTTP

@Suite(.timeLimit(.minutes(20))) struct ProxyHeaderTests {
    private static let signature: [UInt8] = [13, 10, 13, 10, 0, 13, 10, 0x51, 0x55, 0x49, 0x54, 10]
    private static let four: [UInt8] = [203, 0, 113, 9, 10, 0, 0, 1, 0x1f, 0x90, 0, 80]
    private static let six: [UInt8] =
        [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 9]
        + [0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1] + [0x1f, 0x90, 0, 80]

    private static func header(_ first: UInt8, _ family: UInt8, _ rest: [UInt8], length: Int? = nil) -> [UInt8] {
        let length = length ?? rest.count
        return signature + [first, family, UInt8(length >> 8), UInt8(length & 255)] + rest
    }

    private static func field(_ kind: UInt8, _ value: [UInt8]) -> [UInt8] {
        [kind, UInt8(value.count >> 8), UInt8(value.count & 255)] + value
    }

    @Test func `the client's address is read, in either family, whatever fields follow`() throws {
        let mapped = [UInt8](repeating: 0, count: 10) + [0xff, 0xff, 203, 0, 113, 9] + Array(Self.six[16...])
        let fields =
            Self.field(2, Array("acme.localhost".utf8)) + Self.field(0x20, [1, 0, 0, 0, 0]) + Self.field(4, [])
        let cases: [([UInt8], ProxyHeader)] = [
            (Self.header(0x21, 0x11, Self.four), .client(try #require(SocketAddress(host: "203.0.113.9", port: 8080)))),
            (
                Self.header(0x21, 0x11, Self.four + fields),
                .client(try #require(SocketAddress(host: "203.0.113.9", port: 8080)))
            ),
            (Self.header(0x21, 0x21, Self.six), .client(try #require(SocketAddress(host: "2001:db8::9", port: 8080)))),
            (Self.header(0x21, 0x21, mapped), .client(try #require(SocketAddress(host: "203.0.113.9", port: 8080)))),
            (Self.header(0x21, 0x00, fields), .own), (Self.header(0x20, 0x00, []), .own),
            (Self.header(0x20, 0x11, Self.four), .own), (Self.header(0x20, 0x31, [1, 2]), .own),
        ]
        for (bytes, header) in cases {
            #expect(ProxyHeader.read(bytes) == .header(header, length: bytes.count))
            // What follows belongs to the connection, and any beginning is not yet a header.
            #expect(ProxyHeader.read(bytes + Array("GET".utf8)) == .header(header, length: bytes.count))
            for end in 0..<bytes.count { #expect(ProxyHeader.read(Array(bytes[..<end])) == .needMore) }
        }
    }

    @Test func `what is no header of version 2 over TCP is refused`() {
        var wrong: [[UInt8]] = [
            Array("PROXY TCP4 203.0.113.9 10.0.0.1 8080 80\r\n".utf8), Array("GET / HTTP/1.1\r\n".utf8), [0x16, 3, 1],
            Self.header(0x11, 0x11, Self.four), Self.header(0x31, 0x11, Self.four), Self.header(0x22, 0x11, Self.four),
            Self.header(0x21, 0x12, Self.four), Self.header(0x21, 0x22, Self.six), Self.header(0x21, 0x31, Self.six),
            Self.header(0x21, 0x41, Self.four), Self.header(0x21, 0x11, Array(Self.four.dropLast())),
            Self.header(0x21, 0x21, Array(Self.six.dropLast())), Self.header(0x21, 0x11, [], length: 0xffff),
            Self.header(0x21, 0x11, Self.four, length: ProxyHeader.longest), Self.header(0x21, 0x11, Self.four + [1]),
            Self.header(0x21, 0x11, Self.four + [1, 0, 9, 0]), Self.header(0x21, 0x00, [7, 1]),
        ]
        for at in Self.signature.indices {
            var bytes = Self.header(0x21, 0x11, Self.four)
            bytes[at] ^= 0x20
            wrong.append(bytes)
        }
        for bytes in wrong { #expect(ProxyHeader.read(bytes) == .refused, "\(bytes)") }
    }

    private static func configuration(trusts: Bool = true) -> HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.proxyHeaderPeers = { peer in trusts && peer.host == "127.0.0.1" }
        return configuration
    }

    private static let tellClient: HTTPHandler = { request in
        HTTPResponse(status: 200, body: .bytes(Array("client=\(request.remote);".utf8)))
    }

    @Test func `a request behind a header is the client's, however the bytes are cut`() async throws {
        let request = Array("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".utf8)
        let bytes = Self.header(0x21, 0x11, Self.four + Self.field(5, [1, 2, 3])) + request
        try await withServer(Self.configuration(), handler: Self.tellClient) { server in
            let whole = try await server.connect()
            whole.send(bytes)
            #expect(await whole.readToEnd().contains("client=203.0.113.9:8080;"))
            let cut = try await server.connect()
            for byte in bytes { cut.send([byte]) }
            #expect(await cut.readToEnd().contains("client=203.0.113.9:8080;"))
            let own = try await server.connect()
            own.send(Self.header(0x20, 0, []) + request)
            #expect(await own.readToEnd().contains("client=127.0.0.1:"))
        }
    }

    @Test func `a connection without a header, or from a stranger, ends without an answer`() async throws {
        let request = Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)
        try await withServer(Self.configuration(), handler: Self.tellClient) { server in
            for bytes in [request, Array("PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\n".utf8) + request, [13, 10, 13, 11]] {
                let client = try await server.connect()
                client.send(bytes)
                #expect(await client.readToEnd() == "")
            }
        }
        try await withServer(Self.configuration(trusts: false), handler: Self.tellClient) { server in
            let client = try await server.connect()
            client.send(Self.header(0x21, 0x11, Self.four) + request)
            #expect(await client.readToEnd() == "")
        }
    }

    @Test func `HTTP/2 behind a header is the client's, on every stream and however the bytes are cut`() async throws {
        let configuration = Self.configuration().withHTTP2()
        let header = Self.header(0x21, 0x21, Self.six + Self.field(4, []))
        try await withServer(configuration, handler: Self.tellClient) { server in
            for isCut in [false, true] {
                let raw = try await server.connect()
                let opening =
                    header + HTTP2Client.preface + HTTP2Frame(type: HTTP2Frame.Kind.settings).bytes
                if isCut { for byte in opening { raw.send([byte]) } } else { raw.send(opening) }
                let client = HTTP2Client(raw)
                for stream in [UInt32(1), 3] {
                    client.get(stream)
                    let answer = await client.answer(stream)
                    #expect(answer.status == 200 && answer.text == "client=[2001:db8::9]:8080;")
                }
            }
            // The preface is no header, and what stands between the two is neither.
            for bytes in [HTTP2Client.preface, header + header + HTTP2Client.preface] {
                let client = try await server.connect()
                client.send(bytes)
                let answer = await client.readToEnd()
                #expect(!answer.contains("client="))
            }
        }
    }

    @Test func `a header that does not come in time ends the connection`() async throws {
        var configuration = Self.configuration()
        configuration.headerTimeout = .milliseconds(50)
        try await withServer(configuration, handler: Self.tellClient) { server in
            let client = try await server.connect()
            client.send(Array(Self.signature.dropLast()))
            #expect(await client.readToEnd() == "")
        }
    }
}
