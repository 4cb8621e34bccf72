import HTTP
import Models
import Postgres
import Synchronization
import Testing
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct CapsTests {
    private static let zone = TimeZoneName(unchecked: "America/New_York")

    private func policy(_ server: CallsServer, _ json: String) async throws {
        let answer = try await server.json(.put, "/api/v1/consent/policy", json, match: "*")
        #expect(answer.status == 200, "\(String(decoding: answer.bytes, as: UTF8.self))")
    }

    private func dial(
        _ server: CallsServer, _ last: Int, by user: UserID? = nil, at: String = "2026-11-24T17:00:00Z"
    ) async throws -> ContactDecision {
        try await ContactGate(hashing: server.routes.hashing).decide(
            .sample("+12125550\(100 + last)", isAutomated: false, by: user, at: at), for: server.tenant,
            server.database)
    }

    @Test func `a user and a tenant contact so many in a minute and in a day`() async throws {
        try await CallsServer.with { server in
            try await policy(
                server, #"{"contacts_per_user_minute": 2, "contacts_per_minute": 3, "contacts_per_day": 4}"#)
            let (ada, bob) = (UserID.make(), UserID.make())
            #expect(try await dial(server, 1, by: ada).isAllowed)
            #expect(try await dial(server, 2, by: ada).isAllowed)
            let third = try await dial(server, 3, by: ada)
            #expect(third.reason?.code == .rateCap && third.notBefore == .at("2026-11-24T17:01:00Z"))
            #expect(try await dial(server, 4, by: bob).isAllowed)
            #expect(try await dial(server, 5, by: bob).reason?.code == .rateCap)
            #expect(try await dial(server, 6, by: bob, at: "2026-11-24T17:02:00Z").isAllowed)
            // The day is full until midnight of the tenant, and then the callee's morning comes.
            let full = try await dial(server, 7, by: bob, at: "2026-11-24T17:04:00Z")
            #expect(full.reason?.code == .rateCap && full.notBefore == .at("2026-11-25T13:00:00Z"))
        }
    }

    @Test func `what is spent counts once, and stops everything at the limit in the same transaction`() async throws {
        try await CallsServer.with { server in
            try await policy(server, #"{"spend_per_day": {"amount": 100, "currency": "USD"}}"#)
            let stops = Mutex(0)
            let step: StopSteps.Step = { _, reason, _ in
                #expect(reason.code == .spendCap)
                return stops.withLock { count in
                    count += 1
                    return count
                }
            }
            let at = Timestamp.at("2026-11-24T16:00:00Z")
            func spend(_ amount: Int64, _ reference: String) async throws -> Bool {
                try await server.database.tenant(server.tenant).transaction { transaction in
                    try await ContactSpendStore.record(
                        amount, "USD", by: nil, for: reference, on: .call, at: at, timeZone: Self.zone,
                        in: transaction, steps: [step])
                }
            }
            #expect(try await !spend(600_000, "call/1"))
            #expect(try await !spend(600_000, "call/1"))
            #expect(try await dial(server, 1).isAllowed)
            #expect(try await spend(500_000, "call/2"))
            #expect(try await !spend(500_000, "call/3"))
            #expect(stops.withLock { $0 } == 1)
            let refused = try await dial(server, 2)
            #expect(refused.reason?.code == .spendCap && refused.outcome == .deferred)
        }
    }

    @Test func `a stop by hand cancels what waits in its own transaction and holds until it is lifted`() async throws {
        try await CallsServer.with { server in
            #expect(try await dial(server, 1).isAllowed)
            try await policy(server, #"{"stopped": true}"#)
            #expect(try await dial(server, 2).reasons.map(\.code) == [.contactStopped])
            try await policy(server, "{}")
            #expect(try await dial(server, 3).isAllowed)
        }
    }

    @Test func `a call's recording needs what its place asks for, and the proof stands with the call`() async throws {
        try await CallsServer.with { server in
            let answer = try await server.post(
                """
                {"direction": "outbound", "from": "201", "to": "+14155550123", "started_at": "\(Timestamp.now())",
                "status": "in_progress"}
                """)
            let call: CallsAPI.Call = try answer.decoded()
            let path = "/api/v1/calls/\(call.id)/recording/consent"
            #expect(try await server.send(.get, path).status == 404)
            let put = try await server.json(
                .put, path, #"{"method": "announcement", "given": true, "reference": "greeting-7"}"#)
            let proof: CallsAPI.RecordingProof = try put.decoded()
            #expect(proof.policy == .announcement && proof.regions == ["US-CA"])
            #expect(RecordingConsents.mayRecord(proof.policy, proof) && !RecordingConsents.mayRecord(.keyPress, proof))
            #expect(!RecordingConsents.mayRecord(.announcement, nil) && RecordingConsents.mayRecord(.always, nil))
            try await policy(server, #"{"recording": [{"region": "US-CA", "policy": "key_press"}]}"#)
            let wanted = try await RecordingConsents.policy(
                with: "+14155550123", setting: .always, country: "US", in: server.tenant,
                server.database.tenant(server.tenant))
            #expect(wanted.policy == .keyPress)
            #expect(try await server.send(.get, path, as: .user(.agent)).status == 404)
        }
    }
}
