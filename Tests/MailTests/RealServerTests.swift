import Glibc
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

@testable import Mail

/// Letters through a mail server that others wrote, read by a parser that others wrote.
///
/// `MAIL_SERVER_PYTHON` names an interpreter that has aiosmtpd. Without one the tests are skipped.
@Suite(.enabled(if: MailPeer.interpreter != nil, "needs MAIL_SERVER_PYTHON with aiosmtpd"), .timeLimit(.minutes(20)))
struct RealServerTests {
    private static let text =
        "Grüße,\n.\n.dot at the beginning\nFrom here on = \(String(repeating: "längs ", count: 40))\nend"

    private func message() throws -> MailMessage {
        MailMessage(
            id: "0195d3f0-0000-7000-8000-000000000001", date: .now(),
            from: MailAddress(try EmailAddress(jsonText: "no-reply@acme.example"), name: "Müller, \"Söhne\" & Co"),
            to: MailAddress(try EmailAddress(jsonText: "ada@acme.example"), name: "Lovelace, Ada (\"A\")"),
            subject: "Einladung zu \(String(repeating: "日本 ", count: 30))🎉", language: "de", text: Self.text,
            html: "<p>\(Self.text)</p>")
    }

    @Test(arguments: ["smtp", "smtps"])
    func `a letter arrives as it was written, over TLS and with a sign-in`(_ scheme: String) async throws {
        try await withLoop { loop async throws in
            let peer = try await MailPeer(loop, scheme)
            let message = try message()
            try await MailClient(try peer.server("ada:s%40cret")).send(message)
            let taken = try await peer.next(MailPeer.Taken.self)
            #expect(taken.sender == "no-reply@acme.example" && taken.recipients == ["ada@acme.example"])
            #expect(taken.secure)
            #expect(taken.subject == message.subject)
            #expect(taken.from == message.from.name && taken.to == message.to.name)
            #expect(taken.text == Self.text + "\n" && taken.html == "<p>\(Self.text)</p>\n")
            #expect(taken.id == "<\(message.id)@acme.example>" && taken.automatic == "auto-generated")
            #expect(taken.defects.isEmpty && taken.longest <= 78)
            await peer.stop()
        }
    }

    @Test func `a wrong password and a certificate of nobody are refused`() async throws {
        try await withLoop { loop async throws in
            let peer = try await MailPeer(loop, "smtp")
            let message = try message()
            let stranger = MailClient(try peer.server("ada:wrong"))
            await #expect(throws: SMTPError.signInRefused) { try await stranger.send(message) }
            var server = try peer.server("ada:s%40cret")
            server.trustedCertificates = nil
            let doubting = MailClient(server)
            await #expect(throws: SMTPError.tlsFailed) { try await doubting.send(message) }
            await peer.stop()
        }
    }
}

/// aiosmtpd in a child process: takes letters over TLS from whoever signs in, and tells what it read in them.
private final class MailPeer {
    static let interpreter: String? = getenv("MAIL_SERVER_PYTHON").map { String(cString: $0) }

    struct Ready: Codable {
        var port: Int
        var certificate: String
    }

    struct Taken: Codable {
        var sender: String
        var recipients: [String]
        var secure: Bool
        var subject: String
        var from: String
        var to: String
        var id: String
        var automatic: String
        var text: String
        var html: String
        var longest: Int
        var defects: [String]
    }

    private static let script = """
        import asyncio, email, email.policy, json, ssl, subprocess, sys, tempfile
        from aiosmtpd.smtp import SMTP, AuthResult

        def say(value):
            print(json.dumps(value), flush=True)

        class Taker:
            async def handle_DATA(self, server, session, envelope):
                content = envelope.original_content
                mail = email.message_from_bytes(content, policy=email.policy.default)
                parts = {part.get_content_type(): part.get_content().replace('\\r\\n', '\\n') for part in mail.iter_parts()}
                say({
                    'sender': envelope.mail_from, 'recipients': envelope.rcpt_tos, 'secure': session.ssl is not None or secure,
                    'subject': mail['subject'], 'from': mail['from'].addresses[0].display_name,
                    'to': mail['to'].addresses[0].display_name, 'id': mail['message-id'], 'automatic': mail['auto-submitted'],
                    'text': parts['text/plain'], 'html': parts['text/html'],
                    'longest': max(len(line) for line in content.split(b'\\r\\n')),
                    'defects': [str(defect) for part in mail.walk() for defect in part.defects]})
                return '250 taken'

        def check(server, session, envelope, mechanism, data):
            return AuthResult(success=(data.login, data.password) == (b'ada', b's@cret'), handled=False)

        async def main(folder):
            subprocess.run(['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes',
                '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=IP:127.0.0.1',
                '-keyout', folder + '/key', '-out', folder + '/crt'], check=True, capture_output=True)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(folder + '/crt', folder + '/key')
            options = {'authenticator': check, 'auth_required': True, 'hostname': 'localhost'}
            if secure:
                options['auth_require_tls'] = False
            else:
                options.update(tls_context=context, require_starttls=True)
            server = await asyncio.get_running_loop().create_server(
                lambda: SMTP(Taker(), **options), '127.0.0.1', 0, ssl=context if secure else None)
            say({'port': server.sockets[0].getsockname()[1], 'certificate': open(folder + '/crt').read()})
            await server.serve_forever()

        secure = sys.argv[1] == 'smtps'
        with tempfile.TemporaryDirectory() as folder:
            asyncio.run(main(folder))
        """

    private let scheme: String
    private let child: ChildProcess
    private var buffer: [UInt8] = []
    private var ready = Ready(port: 0, certificate: "")

    init(_ loop: EventLoop, _ scheme: String) async throws {
        self.scheme = scheme
        child = try ChildProcess(
            loop: loop,
            .init(
                try #require(Self.interpreter), ["-c", Self.script, scheme], environment: ["PATH": "/usr/bin:/bin"]))
        ready = try await next(Ready.self)
    }

    func server(_ user: String) throws -> SMTPServer {
        var server = try #require(SMTPServer("\(scheme)://\(user)@127.0.0.1:\(ready.port)"))
        server.trustedCertificates = Array(ready.certificate.utf8)
        server.deadline = .seconds(30)
        return server
    }

    /// The next line that the child writes.
    func next<Value: Decodable>(_ type: Value.Type) async throws -> Value {
        while true {
            if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
                let line = Array(buffer[..<end])
                buffer.removeFirst(end + 1)
                return try JSON.decode(type, from: line)
            }
            guard let bytes = await child.nextOutput() else {
                throw ProgramError(String(decoding: child.errorTail, as: UTF8.self))
            }
            buffer += bytes
        }
    }

    func stop() async {
        child.kill(SIGTERM)
        _ = await child.wait()
    }
}
