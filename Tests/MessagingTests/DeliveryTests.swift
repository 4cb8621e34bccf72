import HTTP
import HTTPClient
import IO
import JSON
import Jobs
import Mail
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Messaging

/// Letters on their way to a mail server, over real sockets.
@Suite(.timeLimit(.minutes(20))) struct DeliveryTests {
    private func server(_ scripted: ScriptedMailServer, user: String = "") throws -> SMTPServer {
        var server = try #require(SMTPServer("smtp://\(user)127.0.0.1:\(scripted.port)"))
        server.requiresTLS = false
        server.deadline = .seconds(20)
        return server
    }

    private func runner(_ world: MailWorld, _ server: SMTPServer?, attempts: Int = 5) throws -> JobRunner {
        let from = try #require(MailAddress(parsing: "no-reply@acme.example"))
        let delivery = MailDelivery(
            store: world.store, seal: world.seal,
            sending: server.map { MailSending(client: MailClient($0), from: from) })
        let runner = JobRunner(
            loop: world.loop, database: world.database, configuration: JobRunnerConfiguration(poll: .milliseconds(20)),
            logger: LogCapture().logger(), metrics: Metrics())
        var options = DeliverMailJob.options
        options.maxAttempts = attempts
        options.backoff = JobBackoff(first: .milliseconds(10), longest: .milliseconds(50))
        runner.register(DeliverMailJob.self, options) { run, job in try await delivery.run(run, job) }
        runner.start()
        return runner
    }

    /// Waits until the only letter is in a state.
    private func settled(_ world: MailWorld, _ state: MailState) async throws -> MailRecord {
        while true {
            let mails = try await world.mailbox.latest().map(\.mail)
            if let mail = mails.first, mail.state == state { return mail }
            try await world.loop.sleep(for: .milliseconds(10))
        }
    }

    @Test func `a letter is sent, and nothing of what it says stays`() async throws {
        try await MailWorld.with(isSending: true) { world async throws in
            let scripted = try ScriptedMailServer(world.loop)
            defer { scripted.close() }
            let mail = try world.mail()
            #expect(try await world.take(mail).status == 204)
            let runner = try runner(world, server(scripted))
            let delivery = try #require(await scripted.next())
            #expect(delivery.commands.contains("EHLO acme.example"))
            #expect(delivery.commands.contains { $0.hasPrefix("MAIL FROM:<no-reply@acme.example>") })
            #expect(delivery.commands.contains("RCPT TO:<ada@acme.example>"))
            #expect(delivery.message.contains("Message-ID: <\(mail.id)@acme.example>\r\n"))
            #expect(delivery.message.contains("From: Acme\r\n <no-reply@acme.example>\r\n"))
            #expect(delivery.message.contains("https://acme.example/invitations/#token=3Dsecret-token&a=3Db"))
            let record = try await settled(world, .sent)
            #expect(record.attempts == 1 && record.failure == nil)
            await runner.stop(within: .seconds(5))
            let left = try await world.database.tenant(world.trust.tenant).value(
                "SELECT count(*) FROM mail_contents WHERE sealed IS NOT NULL", as: Int.self)
            #expect(left == 0)
            let jobs = try await world.database.value("SELECT count(*) FROM jobs", as: Int.self)
            #expect(jobs == 0)
        }
    }

    @Test func `what a server refuses for now is sent again`() async throws {
        try await MailWorld.with(isSending: true) { world async throws in
            let scripted = try ScriptedMailServer(
                world.loop,
                answering: [
                    ("CONNECT", "421 later"), ("MAIL", "451 later"), ("RCPT", "450 greylisted"), (".", "452 full"),
                ])
            defer { scripted.close() }
            let mail = try world.mail()
            _ = try await world.take(mail)
            let runner = try runner(world, server(scripted))
            let delivery = try #require(await scripted.next())
            #expect(delivery.message.contains("<\(mail.id)@acme.example>"))
            let record = try await settled(world, .sent)
            #expect(record.attempts == 5 && record.failure == nil)
            await runner.stop(within: .seconds(5))
            let told = try await world.database.query("SELECT type FROM outbox_events") { row in
                try row.next(String.self)
            }
            #expect(told.isEmpty)
        }
    }

    @Test(arguments: [("RCPT", 550), ("MAIL", 553), ("DATA", 554), (".", 554)])
    func `what a server refuses for good is not sent again, and says why`(_ word: String, _ status: Int) async throws {
        try await MailWorld.with(isSending: true) { world async throws in
            let scripted = try ScriptedMailServer(world.loop, answering: [(word, "\(status) no such ada@acme.example")])
            defer { scripted.close() }
            let mail = try world.mail()
            _ = try await world.take(mail)
            let runner = try runner(world, server(scripted))
            let record = try await settled(world, .failed)
            #expect(record.attempts == 1 && record.failure == "smtp_\(status)")
            await runner.stop(within: .seconds(5))
            let dead = try await JobStore(world.database.tenant(world.trust.tenant)).list(.dead)
            #expect(dead.map(\.errorCode) == ["smtp_\(status)"])
            #expect(dead.first?.errorDetail?.contains("ada@") == false)
            // Whoever had it sent is told, in ids and words of protocols.
            let rows = world.database.tenant(world.trust.tenant)
            let told = try await rows.query(
                "SELECT data FROM outbox_payloads WHERE tenant_id = \(world.trust.tenant)"
            ) { row in try row.next(JSONText.self) }
            let event = try told.map { try $0.decode(InternalAPI.UndeliveredMail.self) }
            #expect(event.map(\.mailID) == [mail.id] && event.map(\.code) == ["smtp_\(status)"])
            let page = await world.page("/mailbox")
            #expect(page.text.contains("failed, smtp_\(status) (1)"))
        }
    }

    @Test func `a letter that is refused too often is failed, and goes out when it is tried again`() async throws {
        try await MailWorld.with(isSending: true) { world async throws in
            let scripted = try ScriptedMailServer(world.loop, answering: [("RCPT", "450 no"), ("RCPT", "450 no")])
            defer { scripted.close() }
            _ = try await world.take(try world.mail())
            let runner = try runner(world, server(scripted), attempts: 2)
            let record = try await settled(world, .failed)
            #expect(record.attempts == 2 && record.failure == "smtp_450")
            let jobs = JobStore(world.database.tenant(world.trust.tenant))
            while try await jobs.list(.dead).isEmpty { try await world.loop.sleep(for: .milliseconds(10)) }
            let dead = try #require(try await jobs.list(.dead).first)
            #expect(try await jobs.retry(dead.id))
            #expect(await scripted.next() != nil)
            _ = try await settled(world, .sent)
            await runner.stop(within: .seconds(5))
        }
    }

    @Test func `without a mail server a waiting letter is kept`() async throws {
        try await MailWorld.with(isSending: true) { world async throws in
            let mail = try world.mail()
            _ = try await world.take(mail)
            let runner = try runner(world, nil)
            _ = try await settled(world, .kept)
            await runner.stop(within: .seconds(5))
            let isThere = try await world.mailbox.kept(mail.id, in: world.trust.tenant) != nil
            #expect(isThere)
        }
    }

    @Test func `nothing goes out in clear where TLS is required`() async throws {
        try await withLoop { loop async throws in
            let scripted = try ScriptedMailServer(loop)
            defer { scripted.close() }
            var server = try server(scripted, user: "ada:secret@")
            server.requiresTLS = true
            await #expect(throws: SMTPError.tlsFailed) {
                try await SMTPClient(server).send(
                    Array("Subject: x\r\n\r\nx\r\n".utf8), from: "a@b.example", to: "c@d.example")
            }
        }
    }

    @Test func `user and password are shown, and a refusal of them is not the letter's fault`() async throws {
        try await withLoop { loop async throws in
            let scripted = try ScriptedMailServer(
                loop, extensions: ["AUTH PLAIN"], answering: [("AUTH", "535 wrong")])
            defer { scripted.close() }
            let client = SMTPClient(try server(scripted, user: "ada:s%40cret@"))
            let message = Array("Subject: x\r\n\r\n.one\r\n.\r\nx\r\n".utf8)
            await #expect(throws: SMTPError.signInRefused) {
                try await client.send(message, from: "a@b.example", to: "c@d.example")
            }
            #expect(!SMTPError.signInRefused.isFinal)
            try await client.send(message, from: "a@b.example", to: "c@d.example")
            let delivery = try #require(await scripted.next())
            // "\0ada\0s@cret" in base64.
            #expect(
                delivery.commands.contains { $0.hasPrefix("AUTH PLAIN") && $0.hasSuffix("AGFkYQBzQGNyZXQ=") }
                    || delivery.commands.contains("AGFkYQBzQGNyZXQ="))
            #expect(delivery.message == "Subject: x\r\n\r\n.one\r\n.\r\nx")
        }
    }

    @Test func `an address that would end its command is never said`() async throws {
        try await withLoop { loop async throws in
            let scripted = try ScriptedMailServer(loop)
            defer { scripted.close() }
            let client = SMTPClient(try server(scripted))
            for address in ["a@b.example>\r\nRCPT TO:<c@d.example", "a b@c.example", "<a@b.example>", "", "nobody"] {
                await #expect(throws: SMTPError.invalidAddress) {
                    try await client.send([120], from: "a@b.example", to: address)
                }
                await #expect(throws: SMTPError.invalidAddress) {
                    try await client.send([120], from: address, to: "a@b.example")
                }
            }
        }
    }

    @Test func `a server that is not there is a failure of now`() async throws {
        try await withLoop { _ async throws in
            // Nobody listens on the port of a service that went out of use long ago.
            let server = try #require(SMTPServer("smtp://127.0.0.1:1"))
            await #expect(throws: SMTPError.unreachable) {
                try await SMTPClient(server).send([120], from: "a@b.example", to: "c@d.example")
            }
            #expect(!SMTPError.unreachable.isFinal)
        }
    }

    @Test func `addresses of mail servers are read, and nothing else`() throws {
        let secure = try #require(SMTPServer("smtps://a:b@mail.example.com"))
        #expect(secure.isSecure && secure.port == 465 && secure.host == "mail.example.com")
        #expect(SMTPServer("smtp://mail.example.com")?.port == 587)
        #expect(SMTPServer("smtp://mail.example.com:25/")?.port == 25)
        for text in ["http://mail.example.com", "mail.example.com", "smtp://", "smtp://a/b", "smtp://a?b", ""] {
            #expect(SMTPServer(text) == nil, "\(text)")
        }
    }
}
