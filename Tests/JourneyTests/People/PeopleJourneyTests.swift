import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// What happens to people shows in every process: rights, ends, and who has the work.
@Suite(.timeLimit(.minutes(20))) struct PeopleJourneyTests {
    private static func ringing() -> JSONValue {
        [
            "direction": "inbound", "from": "+12025550143", "to": "+12025550199",
            "started_at": .string(Timestamp.now().jsonText), "status": "ringing",
        ]
    }

    @Test func `whoever leaves is out everywhere, and the heir has the call that rings`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let (ada, bob) = (try await tenant.person(.agent, visit), try await tenant.person(.agent, visit))
            visit.plant("2025550143", "2025550199")
            let call = try await ada.caller.post("/api/v1/calls", Self.ringing()).expect(201)
                .decoded(CallsAPI.Call.self)
            #expect(call.agentID == ada.id)
            try await bob.caller.get("/api/v1/calls/\(call.id)").expect(404)
            try await tenant.owner.caller.post(
                "/api/v1/users/\(ada.id)/deactivate", ["hand_over_to": .string("\(bob.id)")]
            ).expect(200)
            for path in ["/api/v1/users/me", "/api/v1/calls"] {
                try await visit.until("ada is out at \(path)") {
                    try await ada.caller.get(path).status == 401
                }
            }
            try await ada.caller.anonymous.post(
                "/api/v1/auth/refresh", ["refresh_token": .string(ada.refreshToken)]
            ).expect(401)
            try await visit.until("bob has the call") {
                try await bob.caller.get("/api/v1/calls/\(call.id)").status == 200
            }
            #expect(try await bob.caller.call(call.id).agentID == bob.id)
        }
    }

    @Test func `another role is in force everywhere, and the session goes on with it`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let ada = try await tenant.person(.agent, visit)
            try await ada.caller.get("/api/v1/api-keys").expect(403, "forbidden")
            try await tenant.owner.caller.send(
                .put, "/api/v1/users/\(ada.id)/role", ["Content-Type": "application/json"],
                body: .bytes(Array(#"{"role": "admin"}"#.utf8))
            ).expect(200)
            for path in ["/api/v1/users/me", "/api/v1/calls"] {
                try await visit.until("the token of before is void at \(path)") {
                    try await ada.caller.get(path).status == 401
                }
            }
            let renewed = try await ada.caller.anonymous.post(
                "/api/v1/auth/refresh", ["refresh_token": .string(ada.refreshToken)]
            ).expect(200).decoded(TenancyAPI.SignedIn.self)
            visit.plant(renewed.accessToken, renewed.refreshToken)
            #expect(renewed.user.role == .admin)
            try await ada.caller.with(renewed.accessToken).get("/api/v1/api-keys").expect(200)
        }
    }
}
