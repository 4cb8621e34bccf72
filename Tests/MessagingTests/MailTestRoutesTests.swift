import Auth
import HTTP
import HTTPClient
import IO
import Mail
import Models
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@testable import Messaging

/// A letter that is tried out, over real sockets.
@Suite(.timeLimit(.minutes(20))) struct MailTestRoutesTests {
    private func ask(
        _ world: MailWorld, _ sending: MailSending?, as caller: TestCaller = .service(.tenancy)
    ) async throws -> HTTPResponse {
        let routes = MailTestRoutes(sending: sending)
        let table = RouteTable(
            .messaging,
            [.post("/internal/mail/test", "try_mail_server", .service(.mailSend), "Try it", routes.send)])
        let application = WebApplication(
            loop: world.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(), routes: table,
            trust: try world.trust.trust(), listener: .internal)
        let request = try world.trust.request(.post, "/internal/mail/test", as: caller, json: world.mail())
        let response = await application.handler(request)
        return response
    }

    private func sending(_ scripted: ScriptedMailServer) throws -> MailSending {
        var server = try #require(SMTPServer("smtp://127.0.0.1:\(scripted.port)"))
        server.requiresTLS = false
        server.deadline = .seconds(20)
        let from = try #require(MailAddress(parsing: "no-reply@acme.example"))
        return MailSending(client: MailClient(server), from: from)
    }

    @Test func `a letter is sent at once, and the mail server's own answer is told`() async throws {
        try await MailWorld.with { world async throws in
            let unset: InternalAPI.MailState = try await ask(world, nil).decoded()
            #expect(!unset.isSetUp && unset.isSent == nil)
            let good = try ScriptedMailServer(world.loop)
            let sent: InternalAPI.MailState = try await ask(world, try sending(good)).decoded()
            #expect(sent.isSetUp && sent.isSent == true && sent.code == nil)
            good.close()
            let bad = try ScriptedMailServer(world.loop, answering: [("RCPT", "550 no such mailbox")])
            let refused: InternalAPI.MailState = try await ask(world, try sending(bad)).decoded()
            #expect(refused.isSent == false && refused.code == "smtp_550" && refused.detail != nil)
            bad.close()
            for service in [ServiceName.calls, .gateway] {
                #expect([401, 403].contains(try await ask(world, nil, as: .service(service)).status))
            }
        }
    }
}
