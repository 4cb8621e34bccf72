import Crypto
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// Hooks from the inbox to the rows, through the real routes.
@Suite(.timeLimit(.minutes(20))) struct HookTests {
    private static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

    /// A body signed by Standard Webhooks.
    static func signed(_ body: [UInt8], id: String = "msg_1", secret: String = secret) throws -> HTTPHeaders {
        let now = Timestamp.now().seconds
        let key = try #require(StandardWebhook.key(secret))
        let digest = HMAC.sha256(Array("\(id).\(now).".utf8) + body, key: key)
        return [
            "Content-Type": "application/json", "webhook-id": id, "webhook-timestamp": "\(now)",
            "webhook-signature": "v1,\(Base64.standard.encode(digest))",
        ]
    }

    /// A body signed by Retell.
    static func retell(_ body: [UInt8], key: String = "key_1") -> HTTPHeaders {
        let now = "\(Timestamp.now().microseconds / 1_000)"
        let digest = HMAC.sha256(body + Array(now.utf8), key: Array(key.utf8))
        return ["Content-Type": "application/json", "x-retell-signature": "v=\(now),d=\(Hex.encode(digest))"]
    }

    private func event(_ id: String, _ status: String, _ more: [JSONValue.Member] = []) throws -> [UInt8] {
        let started = Timestamp.now() - .seconds(120)
        return try JSONValue.object(
            [
                .init("id", .string(id)), .init("direction", "inbound"), .init("from", "+1 415 555 0123"),
                .init("to", "201"), .init("status", .string(status)), .init("started_at", .string(started.jsonText)),
            ] + more
        ).bytes
    }

    @Test func `a program's events become a call, and the others are told of each step`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            let ringing = try event("c-1", "ringing")
            #expect(try await world.deliver(ringing, to: connection, headers: Self.signed(ringing)).status == 204)
            try await world.work(connection)
            let missed = try event("c-1", "no_answer", [.init("ended_at", .string(Timestamp.now().jsonText))])
            #expect(try await world.deliver(missed, to: connection, headers: Self.signed(missed)).status == 204)
            try await world.work(connection)
            let rows = try await world.rows(of: connection)
            #expect(rows.count == 1)
            let row = try #require(rows.first)
            #expect(row.contains("|no_answer|"), "\(row)")
            #expect(row.contains("phone|+14155550123|extension|201"))
            #expect(try await world.events() == ["call.created", "call.ended", "call.missed"])
            let answer = try await world.send(.get, "/api/v1/calls")
            #expect(answer.status == 200)
        }
    }

    @Test func `what is forged changes nothing and shows at the connection`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            let body = try event("c-1", "ringing")
            let other = try Self.signed(body, secret: "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD")
            #expect(try await world.deliver(body, to: connection, headers: other).status == 403)
            let tampered = try await world.deliver(body + [32], to: connection, headers: Self.signed(body))
            #expect(try tampered.problem().code == "invalid_signature")
            let wrong = world.connect("retell", credentials: ["api_key": "key_1"])
            #expect(try await world.deliver(body, to: wrong, headers: Self.signed(body)).status == 403)
            var stranger = connection
            stranger.id = .make()
            #expect(try await world.deliver(body, to: stranger, headers: Self.signed(body)).status == 404)
            let payloads = try await world.database.tenant(world.tenant).value(
                "SELECT count(*) FROM hook_payloads WHERE tenant_id = \(world.tenant)", as: Int.self)
            #expect(payloads == 0)
            let codes = try await world.database.tenant(world.tenant).values(
                "SELECT last_error_code FROM connection_states WHERE tenant_id = \(world.tenant)", as: String.self)
            #expect(codes == ["invalid_signature", "invalid_signature"])
        }
    }

    @Test func `a payload that cannot be read holds up no other, and says why`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            for body in [
                Array("{".utf8), Array(#"{"id": 7}"#.utf8), try event("c-1", "completed"), Array(#"{"test": 1}"#.utf8),
            ] {
                #expect(try await world.deliver(body, to: connection, headers: Self.signed(body)).status == 204)
            }
            try await world.work(connection)
            #expect(try await world.rows(of: connection).count == 1)
            let states = try await world.database.tenant(world.tenant).values(
                "SELECT state FROM hook_payloads WHERE tenant_id = \(world.tenant) ORDER BY state", as: String.self)
            #expect(states == ["done", "failed", "failed", "ignored"])
        }
    }

    @Test(.enabled(if: ProviderFacts.isThere, "the providers' facts are not there"))
    func `Retell's examples give the same rows once in order and three times in any`() async throws {
        let document = try #require(ProviderFacts.document("retell/webhook-examples.json"))
        let examples = try ProviderFacts.members(document["examples"]).filter { !$0.name.contains("never") }
            .map { try $0.value.bytes }
        try await IngestWorld.with { world in
            let ordered = world.connect("retell", credentials: ["api_key": "key_1"])
            for body in examples {
                #expect(try await world.deliver(body, to: ordered, headers: Self.retell(body)).status == 204)
                try await world.work(ordered)
            }
            let expected = try await world.rows(of: ordered)
            #expect(expected.count == 1)
            let row = try #require(expected.first)
            #expect(row.contains("|completed|ended|") && row.contains("recording_pending"), "\(row)")
            #expect(row.contains("|import|"))
            for _ in 0..<5 {
                let shuffled = world.connect("retell", credentials: ["api_key": "key_1"])
                for body in (examples + examples + examples).shuffled() {
                    #expect(try await world.deliver(body, to: shuffled, headers: Self.retell(body)).status == 204)
                    if Bool.random() { try await world.work(shuffled) }
                }
                try await world.work(shuffled)
                #expect(try await world.rows(of: shuffled) == expected)
            }
        }
    }

    @Test func `a secret that was changed counts as soon as the feed has told`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect("generic")
            let body = try event("c-1", "ringing")
            _ = try await world.deliver(body, to: connection, headers: Self.signed(body))
            _ = try await world.deliver(body, to: connection, headers: Self.signed(body))
            #expect(world.opened == 1)
            let next = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
            world.connect("generic", id: connection.id, webhookSecrets: [next])
            #expect(
                try await world.deliver(body, to: connection, headers: Self.signed(body, secret: next)).status == 403)
            world.seat.connections.drop(connection.id)
            #expect(
                try await world.deliver(body, to: connection, headers: Self.signed(body, secret: next)).status == 204)
            #expect(world.opened == 2)
        }
    }

    @Test(.enabled(if: ProviderFacts.isThere, "the providers' facts are not there"))
    func `Vapi's examples give the same rows once in order and three times in any`() async throws {
        let document = try #require(ProviderFacts.document("vapi/webhook-examples.json"))
        let examples = try ProviderFacts.members(document["serverMessages"]).filter { $0.name != "assistant-request" }
            .map { try $0.value.bytes }
        #expect(examples.count == 3)
        let headers: HTTPHeaders = ["X-Vapi-Secret": Self.secret, "Content-Type": "application/json"]
        try await IngestWorld.with { world in
            let ordered = world.connect("vapi")
            for body in examples {
                #expect(try await world.deliver(body, to: ordered, headers: headers).status == 204)
                try await world.work(ordered)
            }
            let expected = try await world.rows(of: ordered)
            let row = try #require(expected.first)
            #expect(expected.count == 1 && row.contains("|outbound|") && row.contains("|completed|ended|"), "\(row)")
            for _ in 0..<5 {
                let shuffled = world.connect("vapi")
                for body in (examples + examples + examples).shuffled() {
                    #expect(try await world.deliver(body, to: shuffled, headers: headers).status == 204)
                    if Bool.random() { try await world.work(shuffled) }
                }
                try await world.work(shuffled)
                #expect(try await world.rows(of: shuffled) == expected)
            }
            let forged = try await world.deliver(
                examples[0], to: ordered, headers: ["X-Vapi-Secret": "guess", "Content-Type": "application/json"])
            #expect(forged.status == 403)
        }
    }

    @Test(.enabled(if: ProviderFacts.isThere, "the providers' facts are not there"))
    func `a question of Vapi is answered and shows as a call that rings`() async throws {
        let document = try #require(ProviderFacts.document("vapi/webhook-examples.json"))
        let body = try #require(document["serverMessages"]?["assistant-request"]).bytes
        let headers: HTTPHeaders = ["X-Vapi-Secret": Self.secret, "Content-Type": "application/json"]
        try await IngestWorld.with { world in
            let connection = world.connect("vapi", settings: ["assistant_id": "0196c4a0-0000-7000-8000-0000000000bb"])
            let answer = try await world.deliver(
                body, to: connection, rest: "/assistant-request", headers: headers, id: nil)
            #expect(answer.status == 200)
            #expect(answer.text == #"{"assistantId":"0196c4a0-0000-7000-8000-0000000000bb"}"#)
            try await world.work(connection)
            let row = try #require(try await world.rows(of: connection).first)
            #expect(row.contains("|inbound|") && row.contains("|ringing|"), "\(row)")
            // Only questions are answered without the inbox.
            let told = try await world.deliver(body, to: connection, rest: "/status", headers: headers, id: nil)
            #expect(told.status == 400)
            let forged = try await world.deliver(
                body, to: connection, rest: "/assistant-request", headers: [:], id: nil)
            #expect(forged.status == 403)
        }
    }

    @Test func `a call that comes in at Retell gets the tenant's agent`() async throws {
        let body = Array(
            #"{"event":"call_inbound","call_inbound":{"from_number":"+15550100001","to_number":"+15550100002"}}"#.utf8)
        try await IngestWorld.with { world in
            let connection = world.connect(
                "retell", credentials: ["api_key": "key_1"], settings: ["inbound_agent_id": "agent_7"])
            let answer = try await world.deliver(
                body, to: connection, rest: "/inbound", headers: Self.retell(body), id: nil)
            #expect(answer.status == 200 && answer.text.contains(#""override_agent_id":"agent_7""#), "\(answer.text)")
        }
    }
}
