import Crypto
import DatabaseTestSupport
import HTTP
import IO
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@testable import Messaging

@Suite(.timeLimit(.minutes(20))) struct MailTests {
    @Test func `tenancy alone may hand letters over`() async throws {
        try await MailWorld.with { world async throws in
            for name in ServiceName.allCases {
                let answer = try await world.take(world.mail(), as: .service(name))
                switch name {
                case .tenancy: #expect(answer.status == 204)
                default: #expect([401, 403].contains(answer.status), "\(name): \(answer.status)")
                }
            }
            #expect(try await world.take(world.mail(), as: .anonymous).status == 401)
            let count = try await world.mailbox.latest().count
            #expect(count == 1)
        }
    }

    @Test func `the same letter again changes nothing`() async throws {
        try await MailWorld.with { world async throws in
            var mail = try world.mail()
            #expect(try await world.take(mail).status == 204)
            mail.subject = "Another one"
            #expect(try await world.take(mail).status == 204)
            let entries = try await world.mailbox.latest()
            #expect(entries.map(\.subject) == ["You are invited"])
            // Another tenant's letter is another letter, whatever its id.
            #expect(try await world.take(mail, in: world.trust.otherTenant).status == 204)
            let count = try await world.mailbox.latest().count
            #expect(count == 2)
        }
    }

    @Test func `what a letter says lies sealed, behind the tenant's wall`() async throws {
        try await MailWorld.with { world async throws in
            let mail = try world.mail()
            _ = try await world.take(mail)
            let stored = try await world.database.tenant(world.trust.tenant).values(
                "SELECT encode(sealed, 'escape') FROM mail_contents", as: String.self)
            #expect(stored.count == 1 && !stored[0].contains("secret-token") && !stored[0].contains("invited"))
            let seen = try await world.tables.rowsVisible(in: "mail_contents", to: world.trust.otherTenant)
            #expect(seen == 0)
            let sealed = try #require(try await world.mailbox.kept(mail.id, in: world.trust.tenant))
            #expect(try world.seal.open(sealed, mail.id, of: world.trust.tenant).action?.url == mail.action?.url)
            #expect(throws: CryptoError.self) { try world.seal.open(sealed, mail.id, of: world.trust.otherTenant) }
        }
    }

    @Test func `a letter that breaks a bound is refused, with every fault named`() async throws {
        try await MailWorld.with { world async throws in
            var mail = try world.mail()
            mail.kind = "Invitation!"
            mail.subject = "a\r\nBcc: x@y.example"
            mail.paragraphs = []
            mail.toName = String(repeating: "x", count: 201)
            mail.language = "e"
            mail.action = InternalAPI.MailAction(label: "Open", url: "javascript:alert(1)")
            let answer = try await world.take(mail)
            #expect(answer.status == 422)
            let pointers = Set(try answer.problem().errors.map(\.pointer))
            #expect(pointers == ["/kind", "/subject", "/paragraphs", "/to_name", "/language", "/action/url"])
            let count = try await world.mailbox.latest().count
            #expect(count == 0)
        }
    }

    @Test func `the mailbox shows letters, and what they say means nothing to HTML`() async throws {
        try await MailWorld.with { world async throws in
            var mail = try world.mail()
            mail.subject = "<script>alert(1)</script>"
            mail.paragraphs = ["<img src=x onerror=alert(1)>", "a & b"]
            mail.toName = "\"><b>"
            _ = try await world.take(mail)
            let list = await world.page("/mailbox")
            #expect(list.status == 200)
            #expect(list.text.contains("&lt;script&gt;alert(1)&lt;/script&gt;") && !list.text.contains("<script"))
            #expect(list.text.contains("ada@acme.example"))
            let path = "/mailbox/\(world.trust.tenant)/\(mail.id)"
            #expect(list.text.contains("href=\"\(path)\""))
            let letter = await world.page(path)
            #expect(letter.status == 200)
            #expect(letter.text.contains("&lt;img src=x onerror=alert(1)&gt;") && letter.text.contains("a &amp; b"))
            #expect(!letter.text.contains("<img") && !letter.text.contains("<b>"))
            #expect(letter.text.contains("href=\"https://acme.example/invitations/#token=secret-token&amp;a=b\""))
            #expect(letter.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(letter.headers["referrer-policy"] == "no-referrer")
        }
    }

    @Test func `the mailbox has nothing under other names and for other tenants`() async throws {
        try await MailWorld.with { world async throws in
            let mail = try world.mail()
            _ = try await world.take(mail)
            let path = "/mailbox/\(world.trust.tenant)/\(mail.id)"
            for host in ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example:9104", ""] {
                let answer = await world.page(path, host: host)
                #expect(answer.status == 421 && !answer.text.contains("secret-token"), "\(host)")
            }
            for host in ["localhost:9104", "127.0.0.1", "[::1]:9104"] {
                let status = await world.page(path, host: host).status
                #expect(status == 200, "\(host)")
            }
            for path in [
                "/mailbox/", "/mailbox/x/y", "/mailbox/\(world.trust.otherTenant)/\(mail.id)", "\(path)/z",
            ] {
                let status = await world.page(path).status
                #expect(status == 404, "\(path)")
            }
        }
    }

    @Test func `old letters say nothing any more, and older ones are gone`() async throws {
        try await MailWorld.with { world async throws in
            let mail = try world.mail()
            _ = try await world.take(mail)
            try await ForgetMailJob.run(world.mailbox)
            let isThere = try await world.mailbox.kept(mail.id, in: world.trust.tenant) != nil
            #expect(isThere)
            try await ForgetMailJob.run(world.mailbox, now: .now() + ForgetMailJob.contents + .seconds(60))
            let isGone = try await world.mailbox.kept(mail.id, in: world.trust.tenant) == nil
            #expect(isGone)
            let left = try await world.mailbox.latest().count
            #expect(left == 1)
            try await ForgetMailJob.run(world.mailbox, now: .now() + ForgetMailJob.rows + .seconds(60))
            let rows = try await world.tables.rowsVisible(in: "mail_contents", to: world.trust.tenant)
            #expect(rows == 0)
        }
    }
}

/// The service's mail with a database of its own.
struct MailWorld: Sendable {
    let database: Database
    let tables: TestDatabase
    let loop: EventLoop
    let trust: TestTrust
    let seal: MailSeal
    let store: MailStore
    let mailbox: MailboxStore
    private let `internal`: HTTPHandler
    private let pages: MailboxRoutes

    static func with(
        isSending: Bool = false, _ body: @escaping @Sendable (MailWorld) async throws -> Void
    ) async throws {
        try await withOpenDatabase(migrations: Migration.messaging, service: "messaging") { database, tables, loop in
            try await body(try MailWorld(database, tables, loop, isSending: isSending))
        }
    }

    private init(_ database: Database, _ tables: TestDatabase, _ loop: EventLoop, isSending: Bool) throws {
        self.database = database
        self.tables = tables
        self.loop = loop
        trust = try TestTrust(.messaging)
        seal = MailSeal(
            secrets: SecretBox(
                keys: try EncryptionKeys(parsing: "a:\(Base64.standard.encode(SecureRandom.bytes(32)))")))
        store = MailStore(database: database)
        mailbox = MailboxStore(database: database)
        let logger = Logger(service: "tests", level: .error)
        pages = MailboxRoutes(store: mailbox, seal: seal, logger: logger)
        let table = RouteTable(.messaging, []).adding(
            .post(
                "/internal/mail", "send_mail", .service(.mailSend), "Send a letter",
                MailRoutes(store: store, seal: seal, isSending: isSending).take))
        `internal` =
            WebApplication(
                loop: loop, logger: logger, metrics: Metrics(), routes: table, trust: try trust.trust(),
                listener: .internal
            ).handler
    }

    func mail() throws -> InternalAPI.Mail {
        InternalAPI.Mail(
            id: .make(), kind: "invitation", to: try EmailAddress(jsonText: "ada@acme.example"), toName: "Ada",
            fromName: "Acme", language: "en", subject: "You are invited", paragraphs: ["Come in.", "It works once."],
            action: InternalAPI.MailAction(
                label: "Accept", url: "https://acme.example/invitations/#token=secret-token&a=b"))
    }

    func take(
        _ mail: InternalAPI.Mail, as caller: TestCaller = .service(.tenancy), in tenant: TenantID? = nil
    ) async throws -> HTTPResponse {
        await `internal`(try trust.request(.post, "/internal/mail", as: caller, in: tenant, json: mail))
    }

    func page(_ path: String, host: String = "localhost:9104") async -> HTTPResponse {
        guard let remote = SocketAddress(host: "127.0.0.1", port: 1) else { return HTTPResponse(status: 500) }
        return await pages.answer(HTTPRequest(method: .get, target: path, headers: ["Host": host], remote: remote))
    }
}
