import FoundationEssentials
import Glibc
import HTTP
import JSON
import Models
import Testing

@Suite(.timeLimit(.minutes(20))) struct FirstJourneyTests {
    @Test func `a super admin makes a tenant, whose owner accepts and makes a key`() async throws {
        try await SharedSuite.visit { visit in
            let admin = visit.caller("admin")
            let login: JSONValue = [
                "email": .string(SuiteUnderTest.adminEmail), "password": .string(SuiteUnderTest.adminPassword),
            ]
            let signedIn = try await admin.post("/api/v1/auth/login", login).expect(200)
                .decoded(TenancyAPI.SignedIn.self)
            visit.plant(signedIn.accessToken, signedIn.refreshToken)
            #expect(signedIn.tokenType == "Bearer")
            #expect(signedIn.expiresIn == 900)
            #expect(signedIn.user.role == .superAdmin)

            let subdomain = "acme\(UInt32.random(in: 0 ... .max))"
            visit.plant("olga@planted.example")
            let answer = try await admin.with(signedIn.accessToken).post(
                "/api/v1/platform/tenants",
                [
                    "name": "Acme", "subdomain": .string(subdomain), "plan": "growth", "phone_system": "generic",
                    "owner": ["email": "olga@planted.example", "name": "Olga"],
                ]
            ).expect(201)
            let created = try answer.decoded(TenancyAPI.CreatedTenant.self)
            #expect(answer.headers["location"] == "/api/v1/platform/tenants/\(created.tenant.id)")
            #expect(created.tenant.subdomain == subdomain)
            #expect(created.invitation.url.hasPrefix("http://\(subdomain).localhost:\(visit.port)/"))
            #expect(created.invitation.url.contains(created.invitation.token))

            let host = visit.caller(subdomain)
            try await visit.until("the gateway knows the tenant") { try await host.get("/api/v1/calls").status != 404 }
            let owner = try await TenantUnderTest.accept(created.invitation, at: host, email: "olga@planted.example")
            try await host.post(
                "/api/v1/auth/invitations/accept",
                ["token": .string(created.invitation.token), "name": "Olga", "password": "a-second-long-phrase"]
            ).expect(410, "invalid_invitation")

            let tenant = TenantUnderTest(id: created.tenant.id, subdomain: subdomain, owner: owner)
            let key = try await tenant.key([.callsRead, .callsWrite])
            let list = try await key.get("/api/v1/calls").expect(200).decoded(Page<CallsAPI.CallSummary>.self)
            #expect(list.total == 0)
            #expect(list.limit == 20)
            try await key.get("/api/v1/api-keys").expect(403, "forbidden")
            let keys = try await owner.caller.get("/api/v1/api-keys").expect(200).decoded(Page<TenancyAPI.APIKey>.self)
            #expect(keys.data.map(\.secret) == [nil])
            let users = try await owner.caller.get("/api/v1/users").expect(200).decoded(Page<TenancyAPI.User>.self)
            #expect(users.data.map(\.id) == [owner.id])
            let found = try await admin.with(signedIn.accessToken).get("/api/v1/platform/tenants?search=\(subdomain)")
                .expect(200).decoded(Page<TenancyAPI.Tenant>.self)
            #expect(found.data.map(\.id) == [created.tenant.id])
        }
    }

    @Test(
        .enabled(if: Recogniser.folder != nil, "no local recogniser (LOCAL_RECOGNISER)"),
        .enabled(if: Speech.isAvailable, "flite and sox are not installed"))
    func `a telephone call is recorded, heard, analysed, found, played, binned and restored`() async throws {
        try await SharedSuite.visit { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let key = try await tenant.key([.callsRead, .callsWrite])
            let suite = visit.suite
            let recording = try await suite.blocking { try Speech(in: suite.folder).call() }

            let call = try await key.createCall(externalID: "pbx-1")
            #expect(call.processing.stage == .received)
            #expect(call.from.number == "+12025550143")
            let again = try await key.post("/api/v1/calls", Caller.callBody(externalID: "pbx-1")).expect(200)
            #expect(try again.decoded(CallsAPI.Call.self).id == call.id)

            try await key.upload(recording, to: call.id, query: "?agent_channel=0").expect(202)
            visit.plant("billing team", "larger plan")
            let processed = try await key.processed(call.id)
            try Self.checkTranscript(processed)
            try Self.checkAnalysis(processed)
            #expect(processed.recording?.channels == 2)
            #expect(processed.recording?.bytes == Int64(recording.count))

            try await key.upload(recording, to: call.id).expect(202)
            #expect(try await key.call(call.id).updatedAt == processed.updatedAt)
            try await key.upload(recording + [0, 0], to: call.id).expect(409, "recording_exists")

            try await Self.find(call.id, key)
            try await Self.play(call.id, recording, key)
            try await Self.bin(call.id, tenant.owner.caller)
        }
    }

    private static func checkTranscript(_ call: CallsAPI.Call) throws {
        let transcript = try #require(call.transcript)
        #expect(transcript.engine == "local")
        #expect(transcript.language.hasPrefix("en"))
        let segments = transcript.segments
        #expect(segments.map(\.id) == Array(0..<segments.count))
        func text(_ speaker: Speaker) -> String {
            segments.filter { $0.speaker == speaker }.map(\.text).joined(separator: " ")
        }
        #expect(Words.errorRate(text(.agent), spoken: Speech.agentText) <= 0.1, "\(text(.agent))")
        #expect(Words.errorRate(text(.customer), spoken: Speech.customerText) <= 0.1, "\(text(.customer))")
        let duration = try #require(call.recording).durationSeconds
        #expect(segments.allSatisfy { $0.startSeconds >= 0 && $0.startSeconds < $0.endSeconds })
        #expect(segments.allSatisfy { $0.endSeconds <= duration + 0.1 })
        #expect(segments.filter { $0.speaker == .agent }.allSatisfy { $0.channel == 0 })
        #expect(segments.first?.speaker == .agent)
        #expect(segments.last?.speaker == .customer)
    }

    /// Every finding names segments that are there.
    private static func checkAnalysis(_ call: CallsAPI.Call) throws {
        let analysis = try #require(call.analysis)
        let known = Set(try #require(call.transcript).segments.map(\.id))
        #expect(analysis.engine == "local")
        #expect(!(analysis.summary ?? "").isEmpty)
        #expect(analysis.transcriptVersion == call.transcript?.version)
        var findings = [("sentiment", analysis.sentiment?.segmentIDs ?? [])]
        findings += analysis.topics.map { ("topic \($0.name)", $0.segmentIDs) }
        findings += analysis.actionItems.map { ("action \($0.text)", $0.segmentIDs) }
        findings += analysis.objections.map { ("objection \($0.name)", $0.segmentIDs) }
        findings += analysis.keyMoments.map { ("moment \($0.name)", $0.segmentIDs) }
        findings += (analysis.intent.map { [("intent", $0.segmentIDs)] } ?? [])
        findings += (analysis.quality?.categories ?? []).map { ("category \($0.key)", $0.segmentIDs) }
        for (name, segments) in findings {
            #expect(!segments.isEmpty, "\(name) names no segment")
            #expect(known.isSuperset(of: segments), "\(name) names segments that are not there")
        }
        #expect(!analysis.topics.isEmpty)
        #expect(analysis.talk.agentRatio != nil)
        #expect(analysis.quality.map { (0...100).contains($0.score) } == true)
    }

    private static func find(_ id: CallID, _ key: Caller) async throws {
        func ids(_ query: String) async throws -> [CallID] {
            try await key.get("/api/v1/calls\(query)").expect(200).decoded(Page<CallsAPI.CallSummary>.self).data
                .map(\.id)
        }
        #expect(try await ids("") == [id])
        #expect(try await ids("?search=contract") == [id])
        #expect(try await ids("?search=Contr*&sort=-started_at") == [id])
        #expect(try await ids("?search=refund") == [])
        #expect(try await ids("?from_date=2100-01-01") == [])
        try await key.get("/api/v1/calls?colour=red").expect(400, "invalid_query")
        try await key.get("/api/v1/calls?limit=101").expect(400, "invalid_query")
    }

    private static func play(_ id: CallID, _ recording: [UInt8], _ key: Caller) async throws {
        let target = "/api/v1/calls/\(id)/recording"
        let whole = try await key.get(target).expect(200)
        #expect(whole.bytes == recording)
        #expect(whole.headers["accept-ranges"] == "bytes")
        let part = try await key.get(target, ["Range": "bytes=100-299"]).expect(206)
        #expect(part.bytes == Array(recording[100..<300]))
        #expect(part.headers["content-range"] == "bytes 100-299/\(recording.count)")
        let end = try await key.get(target, ["Range": "bytes=-44"]).expect(206)
        #expect(end.bytes == recording.suffix(44))
        try await key.get(target, ["Range": "bytes=\(recording.count)-"]).expect(416)
        let head = try await key.send(.head, target).expect(200)
        #expect(head.headers["content-length"] == "\(recording.count)")
        #expect(head.bytes.isEmpty)
        let tag = try #require(whole.headers["etag"])
        try await key.get(target, ["If-None-Match": tag]).expect(304)
        let peaks = try await key.get("\(target)/peaks").expect(200).decoded(CallsAPI.Peaks.self)
        #expect(peaks.channels.count == 2)
    }

    private static func bin(_ id: CallID, _ owner: Caller) async throws {
        let target = "/api/v1/calls/\(id)"
        let version = try #require(try await owner.get(target).expect(200).headers["etag"])
        try await owner.delete(target).expect(428, "precondition_required")
        try await owner.delete(target, ifMatch: "\"99\"").expect(412, "precondition_failed")
        try await owner.delete(target, ifMatch: version).expect(204)
        #expect(try await owner.call(id).deletedAt != nil)
        try await owner.delete(target, ifMatch: "*").expect(404, "not_found")
        let list = try await owner.get("/api/v1/calls").expect(200).decoded(Page<CallsAPI.CallSummary>.self)
        #expect(list.data.isEmpty)
        try await owner.post("\(target)/restore").expect(200)
        let restored = try await owner.call(id)
        #expect(restored.transcript?.segments.isEmpty == false)
        #expect(restored.analysis != nil)
        #expect(restored.deletedAt == nil)
    }
}
