import Glibc
import HTTP
import IO
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
        let tls = try TLSServer(settings, certificates: certificates, ticketSecret: secret, metrics: metrics)
        let acceptor = TLSAcceptor(tls)
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        port = socket.port
        let server = HTTPServer(
            loop: loop, socket: socket, configuration: configuration, logger: log.logger(), metrics: metrics,
            prepare: { acceptor.secure($0) }
        ) { request in await Self.answer(request) }
        try server.start()
        servers.append(server)
    }

    private func stop() async {
        for server in servers { await server.drain(within: .zero) }
    }

    private static func answer(_ request: HTTPRequest) async -> HTTPResponse {
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

    /// A script of the system's Python with the same variables.
    func python(_ script: String) async throws -> String {
        try "\(script)\n".write(toFile: "\(authority.folder)/script.py")
        return try await command("python3 script.py")
    }
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
