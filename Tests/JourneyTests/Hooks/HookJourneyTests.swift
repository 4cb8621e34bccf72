import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// What phone systems tell arrives once, through the gateway's inbox and whatever is away meanwhile.
@Suite(.timeLimit(.minutes(20))) struct HookJourneyTests {
    private static func event(_ status: String, at time: Timestamp, ended: Timestamp? = nil) -> JSONValue {
        [
            "id": "pbx-7", "direction": "inbound", "from": "+12025550143", "to": "201", "status": .string(status),
            "reported_at": .string((ended ?? time).jsonText), "started_at": .string(time.jsonText),
            "ended_at": ended.map { .string($0.jsonText) } ?? .null,
        ]
    }

    private func calls(_ caller: Caller) async throws -> [CallsAPI.CallSummary] {
        try await caller.get("/api/v1/calls").expect(200).decoded(Page<CallsAPI.CallSummary>.self).data
    }

    @Test func `what a phone system tells while calls is away is one call afterwards`() async throws {
        try await SuiteUnderTest.visit([:]) { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let other = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let system = try await PhoneSystem(owner)
            visit.plant("2025550143")
            let start = Timestamp.now() - .seconds(60)

            try await system.tell("m-1", Self.event("ringing", at: start)).expect(202)
            try await visit.until("the call rings") { try await calls(owner).map(\.status) == [.ringing] }

            try await visit.suite.kill(.calls)
            let end = Timestamp.now()
            // The end comes before the answer, each of them twice, and a forged one between.
            for _ in 0..<2 {
                try await system.tell("m-3", Self.event("completed", at: start, ended: end)).expect(202)
                try await system.forge("m-9", Self.event("failed", at: start, ended: end + .seconds(9))).expect(202)
                try await system.tell("m-2", Self.event("in_progress", at: start)).expect(202)
            }
            try await visit.suite.start(.calls)
            try await visit.until("the call has ended") {
                guard try await owner.get("/api/v1/calls").status == 200 else { return false }
                return try await calls(owner).map(\.status) == [.completed]
            }
            // What was told last is through once it shows; by then the forged one was refused.
            let last = Self.event("completed", at: start, ended: end)
            try await system.tell("m-4", ["id": "pbx-8", "status": "ringing", "direction": "inbound", "to": "201"])
                .expect(202)
            try await system.tell("m-5", last).expect(202)
            try await visit.until("the next call rings") { try await calls(owner).count == 2 }
            let found = try await calls(owner)
            #expect(Set(found.map(\.externalID)) == ["pbx-7", "pbx-8"])
            #expect(found.first { $0.externalID == "pbx-7" }?.status == .completed)
            #expect(Set(found.map(\.source)) == ["\(system.connection.id)"])
            #expect(try await calls(other.owner.caller).isEmpty)
        }
    }

    @Test func `a connection that was taken away takes nothing any more`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let (gone, kept) = (try await PhoneSystem(owner), try await PhoneSystem(owner))
            let path = "/api/v1/connections/\(gone.connection.id)"
            let version = try await owner.get(path).expect(200).headers["etag"]
            try await owner.send(.delete, path, ["If-Match": version ?? ""]).expect(204)
            let event = Self.event("ringing", at: .now())
            _ = try await gone.tell("m-1", event)
            try await kept.tell("m-2", event).expect(202)
            try await visit.until("the call rings") { try await calls(owner).count == 1 }
            #expect(try await calls(owner).map(\.source) == ["\(kept.connection.id)"])
        }
    }
}
