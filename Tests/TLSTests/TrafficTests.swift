import HTTP
import Synchronization
import TestSupport
import Testing

@testable import TLS

@Suite struct TrafficTests {
    @Test func `large bodies come through whole in both directions`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.command(
                """
                head -c 9000001 /dev/urandom > body
                for version in 1.2 1.3; do
                    curl -sS --http1.1 --tls-max $version --cacert $ROOT --resolve suite.test:$PORT:127.0.0.1 --data-binary @body \
                        -o echo -w '%{http_code} %{size_download}\\n' https://suite.test:$PORT/echo
                    cmp body echo && echo same
                    curl -sS --http1.1 --tls-max $version --cacert $ROOT --resolve suite.test:$PORT:127.0.0.1 https://suite.test:$PORT/large | wc -c
                done
                """)
            #expect(text == String(repeating: "200 9000001\nsame\n8388608\n", count: 2), "\(text)")
        }
    }

    @Test func `HTTP 2 is chosen by ALPN and carries bodies both ways`() async throws {
        var settings = TLSSettings.forTests
        settings.protocols = ["h2", "http/1.1"]
        var configuration = HTTPServerConfiguration()
        configuration.http2 = HTTP2Limits()
        try await ServerUnderTest.run(settings, configuration: configuration) { (server) async throws in
            let text = try await server.command(
                """
                head -c 3000001 /dev/urandom > body
                get="curl -sS --cacert $ROOT --resolve suite.test:$PORT:127.0.0.1"
                $get -w '%{http_version}\n' https://suite.test:$PORT/two
                $get -w '%{http_version}\n' --http1.1 https://suite.test:$PORT/one
                $get --data-binary @body -o echo https://suite.test:$PORT/echo && cmp body echo && echo same
                $get https://suite.test:$PORT/large | wc -c
                """)
            #expect(text == "/two secure=true\n2\n/one secure=true\n1.1\nsame\n8388608\n", "\(text)")
            let refused = try await server.client("-alpn h2")
            #expect(refused.contains("ALPN protocol: h2") && !refused.contains("secure=true"))
        }
    }

    @Test func `a client that reads nothing stops the writer`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                s = connect()
                s.sendall(b"GET /endless HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n")
                print(s.recv(15))
                time.sleep(1)
                """)
            #expect(text.contains("HTTP/1.1 200"), "\(text)")
            let produced = server.produced.load(ordering: .relaxed)
            // The kernel's buffers on both sides, and no more of ours than a few writes.
            #expect(produced > 65_536 && produced < 16 << 20, "\(produced)")
        }
    }

    @Test func `a body that nobody reads stops the sender`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                s = connect()
                s.sendall(b"POST /unread HTTP/1.1\\r\\nHost: a\\r\\nContent-Length: 1000000000\\r\\n\\r\\n")
                s.settimeout(1)
                sent = 0
                try:
                    while sent < 1 << 26:
                        s.sendall(b"a" * 65536)
                        sent += 65536
                except TimeoutError: pass
                print(65536 < sent < 1 << 25, sent)
                """)
            #expect(text.hasPrefix("True"), "\(text)")
        }
    }

    @Test func `requests sent ahead are answered in order however the records are cut`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                many = b"".join(b"GET /%d HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n" % n for n in range(20))
                last = b"GET /last HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n"
                def order(got): return [int(part.split(b" ")[0]) for part in got.split(b"\\r\\n\\r\\n/")[1:] if part[:1].isdigit()]
                with connect() as s:
                    s.sendall(many + last)
                    print(order(rest(s)) == list(range(20)))
                with connect() as s:
                    for byte in many + last: s.sendall(bytes([byte]))
                    print(order(rest(s)) == list(range(20)))
                """)
            #expect(text == "True\nTrue\n", "\(text)")
        }
    }

    @Test func `a client that has closed its half still gets its answer`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                request = b"GET /half HTTP/1.1\\r\\nHost: a\\r\\n\\r\\n"
                def read(w):
                    got = b""
                    while True:
                        piece = w.run(lambda: w.tls.read(65536))
                        if not piece: return got
                        got += piece
                for notify in (True, False):
                    for end in (True, False):
                        if not notify and not end: continue
                        w = Wire().handshake()
                        sent = w.records(request)
                        if notify:
                            try: w.tls.unwrap()
                            except ssl.SSLWantReadError: pass
                            sent += w.outgoing.read()
                        w.socket.sendall(sent)
                        if end: w.socket.shutdown(socket.SHUT_WR)
                        if not notify:
                            print(b"/half" in read(w))
                            continue
                        # Once it has said its end, the library reads no more: what comes is records, then the end.
                        print(len(rest(w.socket)) > 100)
                """)
            #expect(text == "True\nTrue\nTrue\n", "\(text)")
        }
    }

    @Test func `the server says its end before it closes`() async throws {
        try await ServerUnderTest.run { (server) async throws in
            let text = try await server.python(
                """
                w = Wire().handshake()
                w.socket.sendall(w.records(b"GET / HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n\\r\\n"))
                w.incoming.write(rest(w.socket))
                w.incoming.write_eof()
                got = b""
                # Without a close_notify this would be an SSLEOFError.
                while piece := w.tls.read(65536): got += piece
                print(got[-12:])
                """)
            #expect(text.contains("secure=true"), "\(text)")
        }
    }

    @Test func `an idle connection costs less than 48 kB`() async {
        // In a process of its own, since memory is a process's.
        await #expect(processExitsWith: .success) {
            try await ServerUnderTest.run { (server) async throws in
                let few = try await server.python(Self.idleScript(warmUp: 50, connections: 500))
                print(few)
                let cost = few.firstMatch(of: /cost=(-?\d+)/).flatMap { Int($0.1) } ?? Int.max
                precondition(cost < 48 * 1024, "an idle connection costs \(cost) bytes")
            }
        }
    }

    /// Prints by how much this process grows for each connection that has had a request and waits.
    private static func idleScript(warmUp: Int, connections: Int) -> String {
        """
        def size():
            with open(f"/proc/{os.getppid()}/stat") as f: parent = f.read().rsplit(") ", 1)[1].split()[1]
            with open(f"/proc/{parent}/status") as f:
                return next(int(line.split()[1]) * 1024 for line in f if line.startswith("RssAnon"))
        def open_one(held):
            s = connect()
            s.sendall(HELLO)
            answer(s)
            held.append(s)
        held = []
        for _ in range(\(warmUp)): open_one(held)
        before = size()
        for _ in range(\(connections)): open_one(held)
        print(f"cost={(size() - before) // \(connections)}")
        """
    }
}
