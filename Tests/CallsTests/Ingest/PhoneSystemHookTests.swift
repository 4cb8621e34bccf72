import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Calls

/// Hooks of phone systems through routes, inbox and jobs to what a person sees.
@Suite(.timeLimit(.minutes(10)), .enabled(if: ProviderFolder.isThere)) struct PhoneSystemHookTests {
    private func decoded<Value: Decodable>(_ response: HTTPResponse) throws -> Value {
        guard case .bytes(let bytes) = response.body else { throw Failure(.internal) }
        return try JSON.decode(Value.self, from: bytes)
    }

    private func calls(_ world: IngestWorld) async throws -> [CallsAPI.CallSummary] {
        let page: Page<CallsAPI.CallSummary> = try decoded(try await world.send(.get, "/api/v1/calls"))
        return page.data
    }

    @Test func `a pushed tree is one call with its attempts, and a wrong token changes nothing`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect(
                "grandstream_ucm", credentials: ["password": "x"], webhookSecrets: ["whsec_pbx"])
            let file = try ProviderFolder.json("pbx-cdr/grandstream-examples.json")
            let example = try #require(file["json nested (queue, transfer, ring group)"])
            let body = try JSON.encode(example)
            let refused = try await world.deliver(
                body, to: connection, rest: "/records", headers: ["Authorization": "Bearer whsec_other"])
            #expect(refused.status == 403)
            try await world.work(connection)
            #expect(try await calls(world).isEmpty)
            for _ in 0..<3 {
                let taken = try await world.deliver(
                    body, to: connection, rest: "/records", headers: ["Authorization": "Bearer whsec_pbx"])
                #expect(taken.status == 204)
            }
            try await world.work(connection)
            let found = try await calls(world)
            #expect(Set(found.map(\.externalID)) == ["48", "51"])
            let queue = try #require(found.first { $0.externalID == "48" })
            let legs: CallsAPI.CallLegs = try decoded(
                try await world.send(.get, "/api/v1/calls/\(queue.id)/legs"))
            #expect(legs.data.map(\.id) == ["49", "50"] && legs.data.map(\.status) == [.noAnswer, .completed])
            #expect(legs.data[1].extension == "1002" && legs.data[1].to?.kind == .extension)
            let foreign = try await world.send(.get, "/api/v1/calls/\(queue.id)/legs", as: .person(.make(), .agent))
            #expect(foreign.status == 404)
        }
    }

    @Test func `a signed callback of a carrier becomes a call, and a tampered one is refused`() async throws {
        try await IngestWorld.with { world in
            let connection = world.connect(
                "twilio", credentials: ["auth_token": "token"], settings: ["account_sid": "AC1"])
            let url = "https://\(IngestWorld.host)/hooks/calls/twilio/\(connection.id)/status"
            let text = "CallSid=CA1&CallStatus=completed&Direction=inbound&From=%2B14155550101&To=%2B14155550102"
            let form = try #require(FormFields(decoding: Array(text.utf8)))
            let sorted = form.fields.sorted { $0.name < $1.name }.map { $0.name + $0.value }.joined()
            let signature = Signing.sha1(url + sorted, key: "token")
            func deliver(_ text: String) async throws -> Int {
                try await world.deliver(
                    Array(text.utf8), to: connection, rest: "/status",
                    headers: [
                        "Content-Type": "application/x-www-form-urlencoded", "X-Twilio-Signature": signature,
                    ]
                ).status
            }
            #expect(try await deliver(text.replacing("completed", with: "busy")) == 403)
            #expect(try await deliver(text) == 204)
            try await world.work(connection)
            let found = try await calls(world)
            #expect(found.count == 1 && found[0].status == .completed && found[0].from.value == "+14155550101")
        }
    }
}
