import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Calls

@Suite(.enabled(if: Tool.hasCalls, "the calls executable is not built"))
struct KeepingTests {
    @Test func `who listened to which part is written down, and the agent sees it`() async throws {
        try await CallsServer.with { server in
            let (agent, owner) = (UserID.make(), UserID.make())
            let call = try await server.createCall(as: .person(agent, .agent)).id
            let bytes = Tones.wav(seconds: 100)
            _ = try await server.upload(bytes, to: call, as: .person(agent, .agent))
            let path = "/api/v1/calls/\(call)/recording"
            func play(_ range: String, as caller: TestCaller) async throws {
                #expect(try await server.send(.get, path, as: caller, headers: ["Range": range]).status == 206)
            }
            try await play("bytes=0-159999", as: .person(owner, .owner))
            try await play("bytes=160000-319999", as: .person(owner, .owner))
            try await play("bytes=1440000-", as: .person(owner, .owner))
            #expect(try await server.send(.head, path, as: .person(owner, .owner)).status == 200)
            #expect(try await server.send(.get, "\(path)?download=true", as: .apiKey([.callsRead])).status == 200)
            let page = try await server.send(.get, "\(path)/listens", as: .person(agent, .agent))
                .decoded(Page<CallsAPI.Listen>.self)
            #expect(page.total == 3)
            let (key, end, start) = (page.data[0], page.data[1], page.data[2])
            #expect(key.apiKeyID != nil && key.userID == nil && key.isDownload)
            #expect(start.userID == owner && !start.isDownload)
            #expect(start.fromSeconds == 0 && abs(start.toSeconds - 20) < 0.1)
            #expect(abs(end.fromSeconds - 90) < 0.1 && abs(end.toSeconds - 100) < 0.1)
            #expect(try await server.send(.get, "\(path)/listens", as: .user(.agent)).status == 404)
        }
    }

    @Test func `agents hear what they see, or their own calls alone where the owner says so`() async throws {
        try await CallsServer.with { server in
            let (mine, colleague) = (TestCaller.person(.make(), .agent), TestCaller.person(.make(), .agent))
            let call = try await server.createCall(as: mine).id
            _ = try await server.upload(Tones.wav(seconds: 1), to: call, as: mine)
            let path = "/api/v1/calls/\(call)"
            func heard(_ caller: TestCaller) async throws -> Int {
                try await server.send(.get, "\(path)/recording", as: caller).status
            }
            let knowledge = server.trust.knowledge
            #expect(try await heard(colleague) == 404)
            try knowledge.set(server.tenant, visibility: .organisation)
            #expect(try await heard(colleague) == 200)
            knowledge.set(Settings.listening, .own, of: server.tenant)
            #expect(try await heard(colleague) == 404)
            #expect(try await server.send(.get, "\(path)/recording/peaks", as: colleague).status == 404)
            // The call itself is still theirs to see.
            #expect(try await server.send(.get, path, as: colleague).status == 200)
            for caller in [mine, .user(.admin), .apiKey([.callsRead])] {
                #expect(try await heard(caller) == 200, "\(caller)")
            }
        }
    }

    @Test func `a held call is not deleted until it is let go, and its holds are kept`() async throws {
        try await CallsServer.with { server in
            let call = try await server.createCall().id
            let path = "/api/v1/calls/\(call)/legal-hold"
            #expect(try await server.sendJSON(.put, path, "{\"reason\": \"\"}").status == 422)
            #expect(try await server.sendJSON(.put, path, "{\"reason\": \"Case 7\"}", as: .user(.agent)).status == 403)
            let held = try await server.sendJSON(.put, path, "{\"reason\": \"Case 7\"}")
            #expect(held.status == 200)
            let again = try await server.sendJSON(.put, path, "{\"reason\": \"Case 8\"}")
            #expect(try again.decoded(CallsAPI.LegalHold.self).reason == "Case 7")
            let remove: HTTPHeaders = ["If-Match": "*"]
            #expect(try await server.send(.delete, "/api/v1/calls/\(call)", headers: remove).status == 409)
            #expect(try await server.send(.delete, path).status == 204)
            let holds = try await server.send(.get, path).decoded(CallsAPI.LegalHolds.self)
            #expect(!holds.isHeld && holds.data.count == 1 && holds.data[0].releasedAt != nil)
            #expect(try await server.send(.delete, "/api/v1/calls/\(call)", headers: remove).status == 204)
        }
    }
}
