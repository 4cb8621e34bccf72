import HTTP
import IO
import Testing

@testable import TLS

@Suite struct ProxyHeaderTests {
    /// The header of a client at 203.0.113.9, in the scripts' language.
    private static let header = #"""
        HEADER = bytes.fromhex("0d0a0d0a000d0a515549540a") + b"\x21\x11\x00\x0c" + bytes([203, 0, 113, 9, 10, 0, 0, 1, 31, 144, 1, 187])
        """#

    private static var configuration: HTTPServerConfiguration {
        var configuration = HTTPServerConfiguration()
        configuration.proxyHeaderPeers = { $0.isLoopback }
        return configuration
    }

    @Test func `a PROXY header stands before TLS, in a packet of its own or with the first of the handshake`()
        async throws
    {
        try await ServerUnderTest.run(configuration: Self.configuration) { (server) async throws in
            let text = try await server.python(
                """
                \(Self.header)
                plain = raw()
                plain.sendall(HEADER)
                time.sleep(0.1)
                s = TRUST.wrap_socket(plain, server_hostname="suite.test")
                s.sendall(HELLO)
                print(answer(s).partition(b"\\r\\n\\r\\n")[2])
                wire = Wire()
                wire.socket.sendall(HEADER + wire.hello())
                wire.handshake()
                wire.socket.sendall(wire.records(HELLO))
                print(b"secure=true" in wire.run(lambda: wire.tls.read(65536)))
                """)
            #expect(text == "b'/hello secure=true\\n'\nTrue\n", "\(text)")
        }
    }

    @Test func `HTTP/2 is agreed on behind a header`() async throws {
        var configuration = Self.configuration
        configuration.http2 = HTTP2Limits()
        var settings = TLSSettings.forTests
        settings.protocols = ["h2", "http/1.1"]
        try await ServerUnderTest.run(settings, configuration: configuration) { (server) async throws in
            let text = try await server.python(
                """
                \(Self.header)
                plain = raw()
                plain.sendall(HEADER)
                TRUST.set_alpn_protocols(["h2"])
                s = TRUST.wrap_socket(plain, server_hostname="suite.test")
                print(s.selected_alpn_protocol())
                # GET /hello of https://suite.test by literal fields of HPACK.
                def field(name, value):
                    return bytes([0, len(name)]) + name + bytes([len(value)]) + value
                block = bytes([0x82, 0x87]) + field(b":path", b"/hello") + field(b":authority", b"suite.test")
                frame = len(block).to_bytes(3, "big") + bytes([1, 5, 0, 0, 0, 1]) + block
                s.sendall(b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]) + frame)
                seen = b""
                while b"secure=true" not in seen:
                    piece = s.recv(65536)
                    if not piece:
                        break
                    seen += piece
                print(b"/hello secure=true" in seen)
                """)
            #expect(text == "h2\nTrue\n", "\(text)")
        }
    }

    @Test func `TLS without the header, and a header within TLS, are refused`() async throws {
        try await ServerUnderTest.run(configuration: Self.configuration) { (server) async throws in
            let text = try await server.python(
                """
                \(Self.header)
                try:
                    connect()
                    print("connected")
                except (ssl.SSLError, OSError):
                    print("refused")
                plain = raw()
                plain.sendall(HEADER)
                s = TRUST.wrap_socket(plain, server_hostname="suite.test")
                s.sendall(HEADER + HELLO)
                print(s.recv(12))
                """)
            #expect(text == "refused\nb'HTTP/1.1 400'\n", "\(text)")
        }
    }
}
