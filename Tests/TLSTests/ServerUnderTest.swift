import Glibc
import HTTP
import IO
import Synchronization
import Telemetry
import TestSupport

@testable import TLS

/// An HTTP server behind TLS on a free port, with an authority whose certificates it serves.
///
/// Confined to the test's loop.
final class ServerUnderTest: @unchecked Sendable {
    let loop: EventLoop
    let authority: Authority
    let certificates: CertificateFolder
    let metrics = Metrics()
    let log = LogCapture()
    /// Bytes that `/endless` has written, and those of a body that `/slow` has read.
    let produced = Atomic(0)
    /// Seconds that the clock of the tickets is ahead.
    let clockOffset = Atomic(0)
    private(set) var port = 0
    private var servers: [HTTPServer] = []

    private init(_ loop: EventLoop, _ authority: Authority) {
        self.loop = loop
        self.authority = authority
        certificates = CertificateFolder(
            path: authority.pairs, preferredDomain: "suite.test", logger: log.logger(service: "tls"))
    }

    /// Serves until the body ends; the folder holds `suite` with `suite.test` and `*.suite.test`, unless told otherwise.
    static func run(
        _ settings: TLSSettings = .forTests, configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
        prepare: @escaping @Sendable (Authority) async throws -> Void = { authority in
            try await authority.sign("suite", ["suite.test", "*.suite.test"])
        },
        _ body: @escaping @Sendable (ServerUnderTest) async throws -> Void
    ) async throws {
        let authority = try await Authority.make()
        defer { authority.remove() }
        try await prepare(authority)
        try await withLoop { loop in
            let test = ServerUnderTest(loop, authority)
            test.certificates.reload()
            try test.serve(settings, configuration, secret: [UInt8](repeating: 7, count: 32))
            let result: Result<Void, any Error>
            do { result = .success(try await body(test)) } catch { result = .failure(error) }
            await test.stop()
            try result.get()
        }
    }

    /// Opens another port with a TLS of its own, as another process would.
    func serve(_ settings: TLSSettings, _ configuration: HTTPServerConfiguration, secret: [UInt8]) throws {
        let tls = try TLSServer(
            settings, certificates: certificates, ticketSecret: secret, metrics: metrics,
            clock: { [self] in time(nil) + clockOffset.load(ordering: .relaxed) })
        let acceptor = TLSAcceptor(tls)
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: configuration, logger: log.logger(), metrics: metrics,
            prepare: { acceptor.secure($0) }
        ) { [self] request in await answer(request) }
        try server.start()
        servers.append(server)
    }

    private func stop() async {
        for server in servers { await server.drain(within: .zero) }
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/echo":
            let body = request.body
            return HTTPResponse(
                status: 200,
                body: .stream(length: body.declaredLength) { writer in
                    while let piece = try await body.next() { try await writer.write(piece) }
                })
        case "/large":
            let pieces = 512
            return HTTPResponse(
                status: 200,
                body: .stream(length: Int64(pieces * 16_384)) { writer in
                    for index in 0..<pieces {
                        try await writer.write([UInt8](repeating: UInt8(truncatingIfNeeded: index), count: 16_384))
                    }
                })
        case "/endless":
            return HTTPResponse(
                status: 200,
                body: .stream(length: nil) { [self] writer in
                    while true {
                        try await writer.write([UInt8](repeating: 0x61, count: 16_384))
                        produced.add(16_384, ordering: .relaxed)
                    }
                })
        case "/unread":
            // Until the client gives up.
            do { try await loop.sleep(for: .seconds(60)) } catch { return HTTPResponse(status: 200) }
            return HTTPResponse(status: 200)
        default:
            return HTTPResponse(
                status: 200, body: .bytes(Array("\(request.path) secure=\(request.isSecure)\n".utf8)))
        }
    }

    // Clients.

    /// What `openssl s_client` says with these options and this input; it ends when the server closes.
    func client(
        _ options: String = "", name: String? = "suite.test",
        input: String = "GET /hello HTTP/1.1\r\nHost: suite.test\r\nConnection: close\r\n\r\n"
    ) async throws -> String {
        let server = name.map { "-servername \($0)" } ?? "-noservername"
        return try await command(
            "openssl s_client -connect 127.0.0.1:\(port) -CAfile \(authority.root) -ign_eof \(server) \(options)",
            input: input)
    }

    /// The output and errors of a shell command with `$PORT` and `$ROOT` in its environment.
    func command(_ command: String, input: String = "") async throws -> String {
        let child = try ChildProcess(
            loop: loop,
            .init(
                "/bin/sh", ["-c", "exec 2>&1; cd \(authority.folder); \(command)"],
                environment: ["PATH": "/usr/bin:/bin", "PORT": "\(port)", "ROOT": authority.root]))
        child.write(Array(input.utf8))
        child.finishInput()
        var output: [UInt8] = []
        while let bytes = await child.nextOutput() { output += bytes }
        _ = await child.wait()
        return String(decoding: output, as: UTF8.self)
    }

    /// What a script of the system's Python prints; it begins with what the scripts below have in common.
    func python(_ script: String) async throws -> String {
        try "\(Self.preamble)\n\(script)\n".write(toFile: "\(authority.folder)/script.py")
        return try await command("python3 script.py")
    }

    /// `connect()` is a TLS connection, `Wire()` one whose records the script handles itself.
    private static let preamble = """
        import os, random, socket, ssl, threading, time
        ADDRESS = ("127.0.0.1", int(os.environ["PORT"]))
        TRUST = ssl.create_default_context(cafile=os.environ["ROOT"])
        HELLO = b"GET /hello HTTP/1.1\\r\\nHost: suite.test\\r\\n\\r\\n"
        def raw():
            s = socket.create_connection(ADDRESS, timeout=20)
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return s
        def connect(name="suite.test"):
            return TRUST.wrap_socket(raw(), server_hostname=name)
        def answer(s):
            got = b""
            while b"\\n" not in got.partition(b"\\r\\n\\r\\n")[2]:
                piece = s.recv(65536)
                if not piece: break
                got += piece
            return got
        def rest(s):
            got = b""
            try:
                while piece := s.recv(65536): got += piece
            except OSError as error:
                return got + type(error).__name__.encode()
            return got
        class Wire:
            def __init__(self, context=TRUST):
                self.socket, self.incoming, self.outgoing = raw(), ssl.MemoryBIO(), ssl.MemoryBIO()
                self.tls = context.wrap_bio(self.incoming, self.outgoing, server_hostname="suite.test")
            def hello(self):
                try: self.tls.do_handshake()
                except ssl.SSLWantReadError: pass
                return self.outgoing.read()
            def run(self, step):
                while True:
                    try:
                        result = step()
                        if sent := self.outgoing.read(): self.socket.sendall(sent)
                        return result
                    except ssl.SSLWantReadError:
                        if sent := self.outgoing.read(): self.socket.sendall(sent)
                        piece = self.socket.recv(65536)
                        if not piece: return b""
                        self.incoming.write(piece)
            def handshake(self):
                self.run(self.tls.do_handshake)
                return self
            def records(self, data):
                self.tls.write(data)
                return self.outgoing.read()
        """
}

extension TLSSettings {
    static var forTests: TLSSettings {
        var settings = TLSSettings()
        settings.answerInClear = Array(
            "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8)
        return settings
    }
}

extension String {
    fileprivate func write(toFile path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        guard file >= 0 else { throw ProgramError("no file") }
        defer { close(file) }
        var text = self
        let written = text.withUTF8 { Glibc.write(file, $0.baseAddress, $0.count) }
        guard written == utf8.count else { throw ProgramError("no room") }
    }
}
