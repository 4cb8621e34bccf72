import DatabaseTestSupport
import Events
import HTTP
import IO
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import Web
import WebTestSupport

/// A service that writes a hook's body down once its signature is right, which is `good`.
private struct Taker: Sendable {
    static let connection = "0195d3f0-0000-7000-8000-000000000001"
    static let target = "/hooks/billing/stripe/\(connection)/events?unheard=of&a=%2F"

    let database: Database
    let trust: TestTrust
    let handler: HTTPHandler

    init(_ loop: EventLoop, _ database: Database) throws {
        self.database = database
        trust = try TestTrust(.billing)
        let route = HookReceiver.route(
            .post, "/hooks/billing/stripe/{id}/events", "take_stripe_event", "Take an event of Stripe", database,
            verify: { hook, context in
                #expect(hook.url == "https://acme.example.com\(Self.target)")
                #expect(hook.connection.description == Self.connection)
                #expect(hook.headers["authorization"] == "Basic eDp5")
                guard hook.headers["stripe-signature"] == "good" else { throw Failure(.invalidSignature) }
            },
            { hook, transaction in
                let text = String(decoding: hook.body, as: UTF8.self)
                try await transaction.execute("INSERT INTO effects VALUES (\(text), 1, 1)")
                if text == "fails" { throw Failure(.unavailable) }
            })
        handler =
            WebApplication(
                loop: loop, logger: LogCapture().logger(), metrics: Metrics(), routes: RouteTable(.billing, [route]),
                trust: try trust.trust(), listener: .service
            ).handler
    }

    func tell(_ body: String, _ id: HookID?, signature: String = "good", in tenant: TenantID? = nil) async throws
        -> HTTPResponse
    {
        var request = try trust.request(
            .post, Self.target, as: .anonymous, in: tenant,
            headers: ["Stripe-Signature": signature, "Authorization": "Basic eDp5"],
            body: HTTPBody(bytes: Array(body.utf8)))
        request.headers.set("X-Switchboard-Scheme", "https")
        request.headers.set("X-Switchboard-Host", "acme.example.com")
        if let id {
            request.headers.set("X-Switchboard-Hook-Id", id.jsonText)
            request.headers.set("X-Switchboard-Hook-Received-At", Timestamp.now().jsonText)
        }
        return await handler(request)
    }

    func effects() async throws -> [String] {
        try await database.values("SELECT subject FROM effects ORDER BY subject")
    }

    static func with(_ body: @escaping @Sendable (Taker) async throws -> Void) async throws {
        try await withOpenDatabase(migrations: Bench.migrations, service: "billing") { database, _, loop in
            try await body(try Taker(loop, database))
        }
    }
}

@Suite(.timeLimit(.minutes(20))) struct HookReceiverTests {
    @Test func `a hook takes effect once, however often it is delivered`() async throws {
        try await Taker.with { taker async throws in
            let id = HookID.make()
            for _ in 0..<3 { #expect(try await taker.tell("a", id).status == 204) }
            #expect(try await taker.tell("b", .make()).status == 204)
            #expect(try await taker.effects() == ["a", "b"])
            // Another tenant's hook is another hook, whatever its id.
            #expect(try await taker.tell("c", id, in: taker.trust.otherTenant).status == 204)
            #expect(try await taker.effects() == ["a", "b", "c"])
        }
    }

    @Test func `a hook with a wrong signature changes nothing, and may come again with the right one`() async throws {
        try await Taker.with { taker async throws in
            let id = HookID.make()
            let answer = try await taker.tell("a", id, signature: "bad")
            #expect(answer.status == 403)
            #expect(try answer.problem().code == "invalid_signature")
            #expect(try await taker.effects().isEmpty)
            #expect(try await taker.tell("a", id).status == 204)
            #expect(try await taker.effects() == ["a"])
        }
    }

    @Test func `an effect that fails leaves no receipt`() async throws {
        try await Taker.with { taker async throws in
            let id = HookID.make()
            for _ in 0..<2 { #expect(try await taker.tell("fails", id).status == 503) }
            #expect(try await taker.effects().isEmpty)
            let receipts = try await taker.database.value("SELECT count(*) FROM event_receipts", as: Int.self)
            #expect(receipts == 0)
        }
    }

    @Test func `what did not come out of the inbox is not taken`() async throws {
        try await Taker.with { taker async throws in
            #expect(try await taker.tell("a", nil).status == 400)
            #expect(try await taker.effects().isEmpty)
        }
    }
}
