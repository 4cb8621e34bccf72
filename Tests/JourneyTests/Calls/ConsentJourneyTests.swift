import HTTP
import HTTPClient
import JSON
import Models
import Testing

/// A no cancels the call that waits, whichever way it comes into the real processes.
@Suite(.timeLimit(.minutes(20))) struct ConsentJourneyTests {
    /// What is promised is a second; a machine that does other things meanwhile gets some more.
    private static let most = Duration.seconds(5)

    /// Somebody who has said yes and is about to be called.
    private struct Callee {
        let number: String
        let owner: Caller

        /// Writes the yes down and puts the number into the queue of a running list.
        init(_ number: String, _ campaign: CallsAPI.Campaign, _ owner: Caller) async throws {
            (self.number, self.owner) = (number, owner)
            owner.visit.plant(String(number.dropFirst()))
            let yes: JSONValue = ["address": .string(number), "type": "tcpa_call", "method": "paper"]
            try await owner.post("/api/v1/consent/records", yes).expect(201)
            let path = "/api/v1/dialer/campaigns/\(campaign.id)/numbers"
            let wish: JSONValue = ["numbers": [["number": .string(number)]]]
            let added = try await owner.post(path, wish).expect(200).decoded(CallsAPI.NumbersAdded.self)
            #expect(added.added == 1)
        }

        func entry() async throws -> CallsAPI.DialEntry {
            let answer = try await owner.get("/api/v1/dialer/queue?number=%2B\(number.dropFirst())").expect(200)
            return try #require(try answer.decoded(Page<CallsAPI.DialEntry>.self).data.first)
        }

        func consent() async throws -> CallsAPI.Consent {
            let path = "/api/v1/consent/records?type=tcpa_call&address=%2B\(number.dropFirst())"
            return try #require(try await owner.get(path).expect(200).decoded(Page<CallsAPI.Consent>.self).data.first)
        }
    }

    private static func campaign(_ owner: Caller) async throws -> CallsAPI.Campaign {
        let path = "/api/v1/dialer/campaigns"
        let made = try await owner.post(path, ["name": "Spring"]).expect(201)
        let campaign = try made.decoded(CallsAPI.Campaign.self)
        let headers: HTTPHeaders = [
            "Content-Type": "application/json", "If-Match": made.headers["etag"] ?? "",
        ]
        let body = HTTPClientRequest.Body.bytes(Array(#"{"state": "running"}"#.utf8))
        return try await owner.send(.patch, "\(path)/\(campaign.id)", headers, body: body).expect(200).decoded()
    }

    /// Says no and waits until the call is cancelled; measured from before the no was sent.
    private func measure(
        _ way: String, _ method: ConsentMethod, _ callee: Callee, _ sayNo: () async throws -> Void
    ) async throws {
        let before = try await callee.entry()
        #expect(before.state == .pending && before.reason == nil)
        #expect(try await callee.consent().state == .granted)
        let clock = ContinuousClock()
        let start = clock.now
        try await sayNo()
        try await callee.owner.visit.until("the call is cancelled") { try await callee.entry().state == .cancelled }
        let took = start.duration(to: clock.now)
        print("A no by \(way) cancelled the queued call within \(took / .milliseconds(1)) ms")
        #expect(took < Self.most)
        #expect(try await callee.entry().reason == "consent_revoked")
        let consent = try await callee.consent()
        #expect(consent.state == .revoked && consent.revokedBy == method && consent.revokedAt != nil)
    }

    @Test func `a no by the API, the public page or a text cancels the queued call at once, and says why`() async throws
    {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            let campaign = try await Self.campaign(owner)

            let first = try await Callee("+12125550161", campaign, owner)
            // Somebody else waits all the while.
            let other = try await Callee("+12125550169", campaign, owner)
            try await measure("the API", .api, first) {
                try await owner.post("/api/v1/consent/revocations", ["address": .string(first.number)]).expect(200)
            }

            let second = try await Callee("+12125550162", campaign, owner)
            let made = try await owner.post("/api/v1/consent/links", ["address": .string(second.number)]).expect(201)
            let link = try made.decoded(CallsAPI.ConsentLink.self).url
            let origin = "http://\(owner.host)"
            try #require(link.hasPrefix("\(origin)/"))
            try await measure("the public page", .webForm, second) {
                try await owner.anonymous.send(
                    .post, String(link.dropFirst(origin.count)),
                    ["Content-Type": "application/x-www-form-urlencoded"]
                ).expect(200)
            }

            let third = try await Callee("+12125550163", campaign, owner)
            let token = try await visit.serviceToken(of: .messaging, at: .calls)
            try await measure("a text", .sms, third) {
                let message = MessageReceived(
                    channel: .sms, from: third.number, keyword: .stop, receivedAt: .now())
                let status = try await visit.tell(.calls, message, in: tenant.id, token: token)
                #expect(status == 204)
            }
            #expect(try await other.entry().state == .pending)
        }
    }
}

extension SuiteVisit {
    /// Tells a service that somebody has written, as messaging does; the status of the answer.
    fileprivate func tell(
        _ service: ServiceName, _ message: MessageReceived, in tenant: TenantID, token: String
    ) async throws -> Int {
        let envelope = EventEnvelope(
            id: .make(), type: .messageReceived, tenantID: tenant, subject: "message/\(EventID.make())", sequence: 1,
            occurredAt: .now(), traceparent: nil, data: try JSONText(encoding: message))
        let answer = try await client.send(
            HTTPClientRequest(
                method: .post, target: "/internal/events",
                headers: [
                    "Content-Type": "application/json", "Authorization": "Bearer \(token)",
                    "X-Switchboard-Tenant": tenant.description,
                ], body: .bytes(try JSON.encode(envelope))),
            to: HTTPEndpoint(host: "127.0.0.1", port: suite.ports.internal(service)), deadline: .seconds(60))
        _ = try await answer.body.collect(upTo: 1 << 16)
        return answer.status
    }
}
