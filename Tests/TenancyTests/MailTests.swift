import Auth
import Clients
import Crypto
import HTTP
import HTTPClient
import IO
import JSON
import Jobs
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

@Suite(.timeLimit(.minutes(20))) struct MailTests {
    /// Stands where messaging does, and keeps what it is sent.
    private final class Mailbox: Sendable {
        let port: Int
        private let (mails, writer) = AsyncStream<InternalAPI.Mail>.makeStream()
        private let refusals: Atomic<Int>

        init(_ loop: EventLoop, refusing count: Int = 0) throws {
            refusals = Atomic(count)
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            port = socket.port
            let server = HTTPServer(loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()) {
                [weak self] request in
                guard let self, request.path == "/internal/mail" else { return HTTPResponse(status: 404) }
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
            try server.start()
        }

        func next() async -> InternalAPI.Mail? {
            for await mail in mails { return mail }
            return nil
        }
    }

    private final class FixedToken: ServiceTokenSource {
        func token(for callee: ServiceName) async throws -> String { "t" }
        func heldToken(for callee: ServiceName) -> String? { "t" }
        func drop(_ token: String, for callee: ServiceName) {}
    }

    private func runner(_ world: TenancyWorld, _ mailbox: Mailbox) -> JobRunner {
        let messaging = ServiceClient(
            http: InternalHTTPClient(loop: world.loop), endpoint: HTTPEndpoint(host: "127.0.0.1", port: mailbox.port),
            callee: .messaging, tokens: FixedToken())
        let delivery = MailDelivery(queue: world.mail, messaging: messaging)
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

            let mailbox = try Mailbox(world.loop, refusing: 2)
            let runner = runner(world, mailbox)
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

    @Test func `every kind of letter has words, and each value has its place in them`() throws {
        let to = try EmailAddress.sample("ada@acme.example")
        for kind in Letter.Kind.allCases {
            let (language, words) = try #require(LetterTexts.words(of: kind, in: "xx-YY"))
            #expect(language == "en")
            #expect(!words.subject.isEmpty && !words.paragraphs.isEmpty)
            let names = Set(
                ([words.subject] + words.paragraphs).flatMap { text in
                    text.matches(of: /\{([a-z]+)\}/).map { String($0.output.1) }
                })
            let letter = Letter(
                kind: kind, to: to, toName: nil, language: "en",
                values: Dictionary(uniqueKeysWithValues: names.map { ($0, "<\($0)>") }), url: "https://x.example/#t")
            let mail = try #require(LetterTexts.mail(letter, id: .make()))
            #expect(!([mail.subject] + mail.paragraphs).contains { $0.contains("{") })
            #expect((mail.action == nil) == (words.label == nil))
        }
    }
}
