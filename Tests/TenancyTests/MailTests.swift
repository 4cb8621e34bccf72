import Auth
import Crypto
import HTTP
import JSON
import Jobs
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct MailTests {
    /// Stands where messaging does, and keeps what it is sent.
    private final class Mailbox: Sendable {
        private let (mails, writer) = AsyncStream<InternalAPI.Mail>.makeStream()
        private let refusals: Atomic<Int>

        init(refusing count: Int = 0) { refusals = Atomic(count) }

        func answer(_ request: HTTPRequest) async -> HTTPResponse {
            guard request.path == "/internal/mail" else { return HTTPResponse(status: 404) }
            if refusals.load(ordering: .relaxed) > 0 {
                refusals.subtract(1, ordering: .relaxed)
                return HTTPResponse(status: 503)
            }
            do {
                writer.yield(
                    try JSON.decode(InternalAPI.Mail.self, from: try await request.body.collect(upTo: 65_536)))
            } catch { return HTTPResponse(status: 400) }
            return HTTPResponse(status: 202)
        }

        func next() async -> InternalAPI.Mail? {
            for await mail in mails { return mail }
            return nil
        }
    }

    private func runner(_ world: TenancyWorld, _ mailbox: Mailbox) throws -> JobRunner {
        let messaging = try StandInService(world.loop) { await mailbox.answer($0) }
        let delivery = MailDelivery(queue: world.mail, messaging: messaging.client(for: .messaging))
        let runner = JobRunner(
            loop: world.loop, database: world.database, logger: LogCapture().logger(), metrics: Metrics())
        var options = SendMailJob.options
        options.backoff.first = .milliseconds(10)
        runner.register(SendMailJob.self, options) { run, job in try await delivery.run(run, job) }
        runner.start()
        return runner
    }

    @Test func `an invitation is mailed, and its link lies sealed until then`() async throws {
        try await withTenancy { world async throws in
            let answer = try await world.send(
                .post, "/api/v1/invitations", as: .user(.owner),
                json: .object([
                    .init("email", .string("ada@acme.example")), .init("name", .string("Ada")),
                    .init("role", .string("agent")),
                ]))
            #expect(answer.status == 201)
            let made = try JSON.decode(
                TenancyAPI.CreatedInvitation.self, from: answer.bytes, unknownKeys: .ignore)
            let waiting = try await world.rows(world.tenant).values(
                "SELECT payload::text FROM job_payloads", as: String.self)
            #expect(waiting.count == 1 && !waiting[0].contains(made.token))

            let mailbox = Mailbox(refusing: 2)
            let runner = try runner(world, mailbox)
            let mail = try #require(await mailbox.next())
            #expect(mail.kind == "invitation" && mail.to.text == "ada@acme.example" && mail.toName == "Ada")
            #expect(mail.action?.url == made.url)
            #expect(mail.subject == "You are invited to acme")
            await runner.stop(within: .seconds(5))
            let left = try await world.rows(world.tenant).value("SELECT count(*) FROM job_payloads", as: Int.self)
            #expect(left == 0)
        }
    }

    @Test func `an invitation that is refused sends nothing`() async throws {
        try await withTenancy { world async throws in
            try await world.makeUser("ada@acme.example")
            let answer = try await world.send(
                .post, "/api/v1/invitations", as: .user(.owner),
                json: .object([.init("email", .string("ada@acme.example")), .init("role", .string("agent"))]))
            #expect(answer.status == 409)
            let waiting = try await world.rows(world.tenant).value("SELECT count(*) FROM job_payloads", as: Int.self)
            #expect(waiting == 0)
        }
    }

    @Test func `super admins send themselves a letter, and see what the mail server said of it`() async throws {
        try await withTenancy { world in
            let root = try await world.makePlatform()
            let messaging = try StandInService(world.loop) { request in
                guard request.path == "/internal/mail/test" else {
                    return HTTPResponse(status: 200, body: .bytes(Array(#"{"is_set_up":true}"#.utf8)))
                }
                let said = "550 5.1.1 no such mailbox"
                do {
                    let mail = try JSON.decode(
                        InternalAPI.Mail.self, from: try await request.body.collect(upTo: 65_536))
                    let text =
                        #"{"is_set_up":true,"is_sent":false,"code":"refused","detail":"\#(mail.to.text): \#(said)"}"#
                    return HTTPResponse(status: 200, body: .bytes(Array(text.utf8)))
                } catch { return HTTPResponse(status: 400) }
            }
            let client = messaging.client(for: .messaging)
            let application = WebApplication(
                loop: world.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
                routes: RouteTable(
                    .tenancy, RouteTable.mail(MailStateRoutes(database: world.database, messaging: client))),
                trust: world.believed)
            func ask(
                _ method: HTTPMethod, _ path: String, _ caller: TestCaller, in tenant: TenantID? = nil
            ) async throws -> HTTPResponse {
                let request = try world.trust.request(method, path, as: caller, in: tenant)
                let response = await application.handler(request)
                return response
            }
            let user = try #require(
                try await UserStore(rows: world.rows(.platform)).credentials(email: root, in: .platform)?.user)
            let path = "/api/v1/platform/settings/mail"
            let tried: TenancyAPI.MailState = try await ask(
                .post, "\(path)/test", .person(user.id, .superAdmin), in: .platform
            ).decoded()
            #expect(tried.isSetUp && tried.isSent == false && tried.code == "refused")
            #expect(tried.detail == "root@example.com: 550 5.1.1 no such mailbox")
            let state: TenancyAPI.MailState = try await ask(.get, "/api/v1/settings/mail", .user(.admin)).decoded()
            #expect(state.isSetUp && state.isSent == nil)
            #expect(try await ask(.get, "/api/v1/settings/mail", .user(.agent)).status == 403)
            #expect(try await ask(.post, "\(path)/test", .user(.owner)).status == 404)
        }
    }

    /// The names in braces of some words.
    private func names(_ words: LetterTexts.Words) -> [Set<String>] {
        ([words.subject] + [words.paragraphs.joined()]).map { text in
            Set(text.matches(of: /\{([a-z]+)\}/).map { String($0.output.1) })
        }
    }

    @Test(arguments: LetterTexts.languages) func `every kind of letter has words, and each value has its place in them`(
        language: String
    ) throws {
        let to = try EmailAddress.sample("ada@acme.example")
        for kind in Letter.Kind.allCases {
            let (used, words) = try #require(LetterTexts.words(of: kind, in: "\(language)-YY"))
            let (_, english) = try #require(LetterTexts.words(of: kind, in: "en"))
            #expect(used == language, "\(kind)")
            #expect(!words.subject.isEmpty && words.paragraphs.count == english.paragraphs.count, "\(kind)")
            // Whoever translates neither loses a value nor invents one.
            #expect(names(words) == names(english), "\(kind)")
            #expect((words.label == nil) == (english.label == nil), "\(kind)")
            #expect(language == "en" || words.subject != english.subject, "\(kind)")
            var values: [String: String] = [:]
            for name in names(words).joined() { values[name] = "<\(name)>" }
            let letter = Letter(
                kind: kind, to: to, toName: nil, language: language, values: values, url: "https://x.example/#t")
            let mail = try #require(LetterTexts.mail(letter, id: .make()))
            #expect(!([mail.subject] + mail.paragraphs).contains { $0.contains("{") })
            #expect((mail.action == nil) == (words.label == nil) && mail.language == language)
        }
    }

    @Test func `a letter in a language that there is none of is in English, and its words in the person's`() throws {
        let to = try EmailAddress.sample("ada@acme.example")
        func paragraph(_ language: String) throws -> String {
            let letter = Letter(
                kind: .passkeyChanged, to: to, toName: nil, language: language,
                values: ["tenant": "Acme", "change": "removed"])
            return try #require(LetterTexts.mail(letter, id: .make())?.paragraphs.first)
        }
        #expect(LetterTexts.languages.count == 5)
        #expect(try paragraph("xx-YY").contains("was removed just now"))
        #expect(try paragraph("de-AT").contains("wurde soeben entfernt"))
        #expect(try paragraph("TH").contains("ถูกลบ"))
    }
}
