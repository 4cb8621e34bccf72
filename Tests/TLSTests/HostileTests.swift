import HTTP
import Telemetry
import TestSupport
import Testing

@testable import TLS

/// What comes over the wire and is no proper TLS.
@Suite struct HostileTests {
    @Test func `random and mutilated handshakes end the connection and nothing else`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                random.seed(int(os.environ.get("SEED", "1")))
                hello = Wire().hello()
                ended = 0
                for round in range(400):
                    bytes = bytearray(hello)
                    kind = round % 5
                    if kind == 0: bytes = bytearray(random.randbytes(random.randrange(1, 600)))
                    elif kind == 1: bytes = bytearray(b"\\x16\\x03\\x01" + random.randbytes(2) + random.randbytes(300))
                    elif kind == 2:
                        for _ in range(random.randrange(1, 8)): bytes[random.randrange(len(bytes))] = random.randrange(256)
                    elif kind == 3: del bytes[random.randrange(5, len(bytes)):]
                    else:
                        at = random.randrange(5, len(bytes))
                        bytes[at:at] = random.randbytes(random.randrange(1, 40))
                    s = raw()
                    s.sendall(bytes)
                    s.shutdown(socket.SHUT_WR)
                    rest(s)
                    ended += 1
                    s.close()
                with connect() as s:
                    s.sendall(HELLO)
                    print(ended, answer(s))
                """)
            #expect(text.contains("400 b'HTTP/1.1 200"), "\(text)")
        }
    }

    @Test func `mutilated records after the handshake end the connection with an alert`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                random.seed(2)
                alerts = set()
                for round in range(60):
                    w = Wire().handshake()
                    record = bytearray(w.records(HELLO))
                    if round % 3 == 0: record[random.randrange(5, len(record))] ^= 1 + random.randrange(255)
                    elif round % 3 == 1: record = bytearray(b"\\x17\\x03\\x03\\x00\\x20" + random.randbytes(32))
                    else: record = bytearray(b"\\x17\\x03\\x03\\xff\\xff" + random.randbytes(40000))
                    try: w.socket.sendall(record)
                    except OSError: pass
                    w.incoming.write(rest(w.socket).removesuffix(b"ConnectionResetError"))
                    try: alerts.add(w.tls.read())
                    except ssl.SSLError as error: alerts.add(error.reason)
                print(sorted(map(str, alerts)))
                """)
            #expect(text.contains("BAD_RECORD_MAC"), "\(text)")
            #expect(text.contains("RECORD_OVERFLOW"), "\(text)")
            #expect(!text.contains("200"), "\(text)")
        }
    }

    @Test func `a connection cut in the middle of a record leaves the others alone`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                for cut in (1, 4, 5, 6, 40):
                    w = Wire().handshake()
                    w.socket.sendall(w.records(HELLO)[:cut])
                    w.socket.shutdown(socket.SHUT_WR)
                    rest(w.socket)
                w = Wire().handshake()
                w.socket.sendall(w.records(b"POST /echo HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 100\\r\\n\\r\\nabc"))
                w.socket.close()
                with connect() as s:
                    s.sendall(HELLO)
                    print(answer(s))
                """)
            #expect(text.contains("HTTP/1.1 200"), "\(text)")
        }
    }

    @Test func `a slow handshake is closed in the time for a head`() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.headerTimeout = .milliseconds(500)
        configuration.sweepInterval = .milliseconds(50)
        try await ServerUnderTest.run(configuration: configuration) { (server) async throws in
            let text = try await server.python(
                """
                hello = Wire().hello()
                def silent(sent, pause):
                    s = raw()
                    started = time.monotonic()
                    try:
                        for byte in sent:
                            s.sendall(bytes([byte]))
                            if pause: time.sleep(pause)
                    except OSError: pass
                    rest(s)
                    return 0.3 < time.monotonic() - started < 5
                print(silent(b"", 0), silent(hello[:100], 0), silent(hello, 0.02))
                w = Wire()
                w.socket.sendall(w.hello())
                w.handshaken = w.socket.recv(65536) != b""
                print(w.handshaken, rest(w.socket) is not None)
                w = Wire().handshake()
                print(rest(w.socket) is not None)
                """)
            #expect(text.contains("True True True\nTrue True\nTrue"), "\(text)")
        }
    }

    @Test func `a request in clear gets an answer and random bytes an alert or the end`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                for first in (b"GET / HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n", b"PRI * HTTP/2.0\\r\\n\\r\\nSM\\r\\n\\r\\n", b"\\x00" * 100, b"\\x80\\x2e\\x01"):
                    s = raw()
                    s.sendall(first)
                    s.shutdown(socket.SHUT_WR)
                    print(rest(s)[:12])
                """)
            #expect(text.hasPrefix("b'HTTP/1.1 400'\nb'HTTP/1.1 400'\nb'"), "\(text)")
            let failures = server.metrics.counter("tls_handshake_failures_total", "").value
            #expect(failures >= 3)
        }
    }
}
