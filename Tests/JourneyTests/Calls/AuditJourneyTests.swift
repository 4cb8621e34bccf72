import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// What people do in calls arrives in the one audit log, through the real processes.
@Suite(.timeLimit(.minutes(20))) struct AuditJourneyTests {
    private func entries(_ owner: Caller, _ query: String) async throws -> [TenancyAPI.AuditEntry] {
        try await owner.get("/api/v1/audit?\(query)").expect(200).decoded(Page<TenancyAPI.AuditEntry>.self).data
    }

    @Test func `settings of calls and files that leave are in the audit log, with whoever it was`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let other = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let path = "/api/v1/dialer/campaigns"
            let made = try await owner.post(path, ["name": "Spring"]).expect(201)
            let campaign = try made.decoded(CallsAPI.Campaign.self)
            let headers: HTTPHeaders = ["Content-Type": "application/json", "If-Match": "*"]
            let body = HTTPClientRequest.Body.bytes(Array(#"{"state": "running"}"#.utf8))
            try await owner.send(.patch, "\(path)/\(campaign.id)", headers, body: body).expect(200)
            try await owner.post("/api/v1/calls", Caller.callBody(from: "+12125550170")).expect(201)
            visit.plant("2125550170")
            try await owner.get("/api/v1/calls/export").expect(200)
            try await owner.delete("\(path)/\(campaign.id)", ifMatch: "*").expect(204)

            try await visit.until("the campaign's deeds are in the log") {
                try await entries(owner, "subject=campaign/\(campaign.id)").count == 3
            }
            let deeds = try await entries(owner, "subject=campaign/\(campaign.id)&sort=occurred_at")
            #expect(Set(deeds.map(\.action)) == ["campaign.created", "campaign.started", "campaign.deleted"])
            #expect(deeds.allSatisfy { $0.actor.id == tenant.owner.id.uuid && $0.requestID != nil })
            let started = try #require(deeds.first { $0.action == "campaign.started" })
            #expect(try started.before?.decode([String: String].self) == ["state": "draft"])
            #expect(try started.after?.decode([String: String].self) == ["state": "running"])
            try await visit.until("the export is in the log") {
                try await !entries(owner, "action=calls.exported").isEmpty
            }
            let exported = try await entries(owner, "action=calls.exported")
            #expect(try exported.first?.after?.decode([String: Int].self) == ["rows": 1])
            #expect(try await entries(other.owner.caller, "action=campaign.created").isEmpty)
        }
    }
}
