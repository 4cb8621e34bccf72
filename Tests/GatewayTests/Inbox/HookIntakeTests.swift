import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import Models
import Postgres
import ServiceKit
import Telemetry
import TestSupport
import Testing

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct HookIntakeTests {
    @Test func `a hook that comes again while it waits, or after it was delivered, is answered and not kept twice`()
        async throws
    {
        try await InboxUnderTest.with { inbox async throws in
            for _ in 0..<3 { #expect(try await inbox.tell("same", ["X-Retell-Signature": "v=1,d=a"]) == 202) }
            #expect(try await inbox.count("waiting") == 1)
            try inbox.service.start()
            inbox.work()
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            // Signed anew, as providers do when they try again.
            #expect(try await inbox.tell("same", ["X-Retell-Signature": "v=2,d=b"]) == 202)
            #expect(try await inbox.count("delivered") == 1)
            #expect(try await inbox.count("waiting") == 0)
            #expect(try await inbox.tell("other", ["X-Retell-Signature": "v=2,d=b"]) == 202)
            try await inbox.wait { try await inbox.count("delivered") == 2 }
            #expect(inbox.service.delivered.map(\.text) == ["same", "other"])
        }
    }

    @Test func `a provider's event id makes two hooks one, whatever their bodies`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            func tell(_ body: String, _ id: String) async throws {
                try await inbox.tell(body, provider: "resend", ["svix-id": id, "svix-signature": body])
            }
            // Both wait: which of them is genuine is not known before their service has seen one.
            try await tell("first", "msg_1")
            try await tell("first again", "msg_1")
            try await tell("second", "msg_2")
            #expect(try await inbox.count("waiting") == 3)
            try inbox.service.start()
            inbox.work()
            try await inbox.wait { try await inbox.count("waiting") == 0 }
            #expect(inbox.service.delivered.map(\.text) == ["first", "second"])
            #expect(try await inbox.count("repeated") == 1)
            #expect(try await inbox.payloads() == 0)
        }
    }

    @Test func `a forged hook with a known event id does not keep the true one out`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            inbox.service.answer = { hook in
                hook.text == "true" ? HTTPResponse(status: 204) : HTTPResponse(status: 403)
            }
            try inbox.service.start()
            inbox.work()
            try await inbox.tell("forged", provider: "resend", ["svix-id": "msg_1"])
            try await inbox.wait { try await inbox.count("refused") == 1 }
            try await inbox.tell("true", provider: "resend", ["svix-id": "msg_1"])
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            // Refused hooks may be sent again as they were: the secret may have been wrong on our side.
            try await inbox.tell("late", provider: "resend", ["svix-id": "msg_2"])
            try await inbox.wait { try await inbox.count("refused") == 2 }
            inbox.service.answer = { _ in HTTPResponse(status: 204) }
            try await inbox.tell("late", provider: "resend", ["svix-id": "msg_2"])
            try await inbox.wait { try await inbox.count("delivered") == 2 }
        }
    }

    @Test func `equal bodies of a provider that repeats itself are events of their own`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let target = "/hooks/calendar/microsoft-graph/\(InboxUnderTest.connection)"
            for _ in 0..<2 {
                #expect(try await inbox.send(.post, target, body: #"{"lifecycleEvent":"missed"}"#) == 202)
            }
            #expect(try await inbox.count("waiting") == 2)
        }
    }

    @Test func `what one account may have waiting is bounded, and others' is not`() async throws {
        var settings = InboxUnderTest.quick
        settings.waitingHooks = 3
        try await InboxUnderTest.with(settings) { inbox async throws in
            for number in 0..<3 { #expect(try await inbox.tell("\(number)") == 202) }
            let answer = try await inbox.send(
                .post, "/hooks/calls/retell/\(InboxUnderTest.connection)", [:], [1])
            #expect(answer.status == 429)
            #expect(answer.headers["retry-after"] == "60")
            #expect(try await inbox.problem(answer).code == "rate_limited")
            #expect(try await inbox.tell("x", host: "globex.localhost:8080") == 202)
            #expect(try await inbox.count("waiting") == 4)
            try inbox.service.start()
            inbox.work()
            try await inbox.wait { try await inbox.count("delivered") == 4 }
            #expect(try await inbox.tell("3") == 202)
        }
    }

    @Test func `bytes are bounded too`() async throws {
        var settings = InboxUnderTest.quick
        settings.waitingBytes = 1000
        try await InboxUnderTest.with(settings) { inbox async throws in
            #expect(try await inbox.tell(String(repeating: "a", count: 2000)) == 202)
            #expect(try await inbox.tell("b") == 429)
        }
    }

    @Test func `a megabyte is taken and one byte more is not`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let body = [UInt8](repeating: 7, count: 1 << 20)
            let target = "/hooks/calls/retell/\(InboxUnderTest.connection)"
            #expect(try await inbox.send(.post, target, [:], body).status == 202)
            #expect(try await inbox.send(.post, target, [:], body + [7]).status == 413)
            #expect(try await inbox.count("waiting") == 1)
            try inbox.service.start()
            inbox.work()
            try await inbox.wait { try await inbox.count("delivered") == 1 }
            #expect(inbox.service.delivered.first?.body == body)
        }
    }

    @Test func `nothing is acknowledged while the database is down`() async throws {
        try await withLoop { loop in
            let database = Database(
                loop: loop, configuration: PostgresConfiguration(url: Secret("postgresql://nobody@127.0.0.1:1/none")),
                logger: LogCapture().logger(), metrics: Metrics())
            defer { database.close() }
            var settings = InboxSettings()
            settings.intakeDeadline = .milliseconds(100)
            let intake = HookIntake(
                store: InboxStore(database: database, settings: settings), loop: loop, logger: LogCapture().logger(),
                metrics: Metrics())
            let hooks = try (0..<3).map { try ReceivedHook.sample("\($0)") }
            let tasks = hooks.map { hook in
                loop.spawn { () -> Failure? in
                    do { try await intake.take(hook) } catch let failure as Failure { return failure } catch {}
                    return nil
                }
            }
            for task in tasks {
                let failure = try #require(await task.value)
                #expect(failure.status == 503)
                #expect(failure.headers.map(\.name) == ["Retry-After"])
            }
        }
    }

    @Test func `hooks that come together are committed together, each behind its tenant's wall`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let statuses = (0..<200).map { number in
                inbox.loop.spawn { () -> Int in
                    let host = number % 2 == 0 ? "acme.localhost:8080" : "globex.localhost:8080"
                    do { return try await inbox.tell("\(number)", host: host) } catch { return 0 }
                }
            }
            for status in statuses { #expect(await status.value == 202) }
            #expect(try await inbox.count("waiting") == 200)
            #expect(try await inbox.payloads() == 100)
            #expect(try await inbox.payloads(of: inbox.otherTenant) == 100)
            #expect(try await inbox.test.rowsVisible(in: "inbox_payloads", to: .make()) == 0)
            let metrics = String(decoding: inbox.metrics.render(), as: UTF8.self)
            let line = try #require(
                metrics.split(separator: "\n").first { $0.hasPrefix("gateway_inbox_batch_hooks_count") })
            let batches = try #require(line.split(separator: " ").last.flatMap { Double($0) })
            #expect(batches < 100)
        }
    }

    @Test func `only https will do once there is a certificate, but for names of this machine`() throws {
        let rules = TransportRules(
            isTrusted: { _ in true }, port: 443, baseURL: try #require(WebAddress("https://example.com")),
            challenges: nil)
        func answer(_ host: String) throws -> HTTPResponse? {
            let request = HTTPRequest(
                method: .post, target: "/hooks/calls/retell/\(InboxUnderTest.connection)", headers: ["Host": host],
                remote: try #require(SocketAddress(host: "127.0.0.1", port: 1)))
            return try rules.answer(
                Visit(request, requestID: .make(), started: 0, scheme: rules.scheme(of: request)))
        }
        #expect { _ = try answer("acme.example.com") } throws: { error in
            (error as? Failure)?.code == .insecureHook
        }
        #expect(try answer("acme.localhost") == nil)
    }

    @Test func `a path that names no connection is none, and methods are the provider's`() async throws {
        try await InboxUnderTest.with { inbox async throws in
            let connection = InboxUnderTest.connection
            #expect(try await inbox.send(.post, "/hooks/calls/retell/someone").status == 404)
            #expect(try await inbox.send(.post, "/hooks/calls/retell").status == 404)
            #expect(try await inbox.send(.post, "/hooks/calls/R%C3%A9tell/\(connection)").status == 404)
            #expect(try await inbox.send(.post, "/hooks/nothing/retell/\(connection)").status == 404)
            let answer = try await inbox.send(.get, "/hooks/calls/retell/\(connection)")
            #expect(answer.status == 405)
            #expect(answer.headers["allow"] == "POST, PUT")
            #expect(try await inbox.send(.delete, "/hooks/calls/twilio/\(connection)").status == 405)
            #expect(try await inbox.send(.get, "/hooks/calls/twilio/\(connection)/status?CallSid=1").status == 204)
            #expect(try await inbox.send(.put, "/hooks/calls/anyone/\(connection)").status == 202)
            #expect(try await inbox.count("waiting") == 2)
        }
    }
}

extension InboxUnderTest {
    func send(_ method: HTTPMethod, _ target: String, body: String) async throws -> Int {
        try await send(method, target, [:], Array(body.utf8)).status
    }
}

extension ReceivedHook {
    /// A hook that did not come over a socket.
    static func sample(_ body: String) throws -> ReceivedHook {
        let target = "/hooks/calls/retell/\(InboxUnderTest.connection)"
        let path = try #require(NormalisedPath(target))
        let bytes = Array(body.utf8)
        return ReceivedHook(
            id: .make(), tenant: .make(), address: try #require(HookAddress(path, service: .calls)),
            content: HookContent(
                method: "POST", target: target, scheme: "https", host: "acme.example.com", clientAddress: "192.0.2.1",
                headers: (["A": "b"] as HTTPHeaders).lines, body: bytes),
            identity: HookIdentity(
                HookTable.tell(provider: "retell"), method: .post, target: target, headers: [:], body: bytes))
    }
}
