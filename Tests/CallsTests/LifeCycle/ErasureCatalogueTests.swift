import HTTP
import HTTPClient
import LifeCycle
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Calls

/// Whoever is erased is in no column of any table, whichever there are; the list of what stays is here, with why.
@Suite(.timeLimit(.minutes(20))) struct ErasureCatalogueTests {
    private static let number = "+12025550177"
    private static let email = "nora.planted@example.com"
    private static let planted = "ask \(number), (202) 555-0177 or \(email)"

    /// What may still name a call that is gone: its id alone, by which nobody is found.
    private static let names: [String: String] = [
        "outbox_events.subject": "an event is kept a week after it was delivered, and says ids alone",
        "outbox_deliveries.subject": "the same",
        "outbox_sequences.subject": "the number of the last event, so that a later one has the next",
        "call_bulk_items.call_id": "what an action was done to; its counts stay what they were",
        "outbox_payloads.data": "the same: an event that names the person is removed, others say ids and figures",
        "call_usages.call_id": "what engines used stays in the month's sum, which the budget is held against",
        "dial_queue.call_id": "the last call to a number; the entry itself goes with the number",
        "dial_sessions.call_id": "what an agent at the dialer was given last",
        "recording_uploads.call_id": "so that parts that came are swept away though their call is gone",
        "contact_decisions.reference": "why somebody was contacted; whom it was about is gone",
    ]

    private func erase(_ server: CallsServer) async throws -> InternalAPI.ErasureReceipt {
        let steps = CallErasureService(database: server.database, blobs: server.blobs).steps
        return try await Erasing(database: server.database, steps: steps).erase(
            InternalAPI.Erasure(
                id: .make(), kind: .person, tenantID: server.tenant,
                phoneNumbers: [.init(number: Self.number, national: "2025550177")], emails: [Self.email]))
    }

    /// A call with a recording, words and findings.
    private func call(_ server: CallsServer, from number: String) async throws -> CallID {
        let start = Timestamp.now() - .seconds(300)
        let made = try await server.post(
            """
            {"direction": "inbound", "from": "\(number)", "to": "201", "started_at": "\(start)",
            "ended_at": "\(start + .seconds(60))", "status": "completed", "external_id": "\(number)", "metadata": {"note": "\(Self.planted)"}}
            """
        ).decoded(CallsAPI.Call.self)
        #expect(try await server.upload(Tones.wav(seconds: 1), to: made.id).status == 202)
        let pipeline = PipelineStore(database: server.database)
        _ = try await pipeline.startTranscribing(made.id, in: server.tenant)
        let transcript = Conversation.transcript([(.customer, "Write to \(Self.email) or ring me."), (.agent, "Yes.")])
        _ = try await pipeline.finishTranscribing(
            made.id, transcript, words: WordCutter.distinctWords(in: transcript.text), in: server.tenant)
        try await server.analyse(made.id)
        return made.id
    }

    @Test(arguments: [true, false])
    func `an erased person is in no column of any table, whether in their call or in somebody else's`(isTheirs: Bool)
        async throws
    {
        try await CallsServer.with { server in
            let (theirs, other) = (
                try await call(server, from: Self.number), try await call(server, from: "+12025550188")
            )
            let filled = FilledTables(
                tables: server.tables, tenant: server.tenant, call: isTheirs ? theirs : other, planted: Self.planted)
            let faults = try await filled.fill()
            #expect(faults == [])
            #expect(try await filled.places(of: ["2025550177", Self.email]).count > 80)
            _ = try await erase(server)
            #expect(try await filled.places(of: ["2025550177", "555-0177", Self.email]) == [])
            #expect(try await server.storedFiles().filter { $0.hasSuffix("/original") }.count == 1)
            let left = try await filled.places(of: ["\(theirs)"])
            #expect(left.filter { Self.names[$0] == nil } == [])
            #expect(try await server.get(other).transcript?.segments.first?.text == "Write to [erased] or ring me.")
            // An erasure that comes twice does nothing the second time.
            #expect(try await erase(server).erased.values.reduce(0, +) == 0)
        }
    }

    @Test func `a held call keeps its recording and its words until it is let go`() async throws {
        try await CallsServer.with { server in
            let held = try await call(server, from: Self.number)
            let hold = "/api/v1/calls/\(held)/legal-hold"
            #expect(try await server.sendJSON(.put, hold, "{\"reason\": \"Case 7\"}").status == 200)
            let filled = FilledTables(
                tables: server.tables, tenant: server.tenant, call: held, planted: Self.planted)
            let receipt = try await erase(server)
            #expect(receipt.held == 1)
            let kept = try await server.get(held)
            #expect(kept.recording != nil && kept.from.number == Self.number)
            #expect(kept.transcript?.segments.first?.text.contains(Self.email) == true)
            let played = try await server.send(.get, "/api/v1/calls/\(held)/recording")
            #expect(played.status == 200 && played.bytes == Tones.wav(seconds: 1))
            // Retention and the bin let it be too.
            server.trust.knowledge.set(Settings.callRetentionDays, 1, of: server.tenant)
            try await Retention(
                database: server.database, blobs: server.blobs, knowledge: server.trust.knowledge,
                logger: Logger(service: "tests", level: .error)
            ).run(now: .now() + .seconds(400 * 86_400))
            #expect(try await server.get(held).recording != nil)
            #expect(
                try await server.send(.delete, "/api/v1/calls/\(held)", headers: ["If-Match": "*"]).status == 409)
            #expect(try await server.send(.delete, hold).status == 204)
            #expect(try await erase(server).held == 0)
            #expect(try await filled.places(of: ["2025550177", Self.email]) == [])
            #expect(try await server.storedFiles().isEmpty)
        }
    }

    @Test func `a tenant with a held call keeps it with its hold, and goes whole once it is let go`() async throws {
        try await CallsServer.with { server in
            let (held, free) = (
                try await call(server, from: Self.number), try await call(server, from: "+12025550188")
            )
            let hold = "/api/v1/calls/\(held)/legal-hold"
            #expect(try await server.sendJSON(.put, hold, "{\"reason\": \"Case 7\"}").status == 200)
            let steps = CallErasureService(database: server.database, blobs: server.blobs).steps
            let erasing = Erasing(database: server.database, steps: steps)
            let erasure = InternalAPI.Erasure(
                id: .make(), kind: .tenant, tenantID: server.tenant, phoneNumbers: [], emails: [])
            #expect(try await erasing.erase(erasure).held == 1)
            #expect(try await server.send(.get, "/api/v1/calls/\(free)").status == 404)
            let holds = try await server.send(.get, hold).decoded(CallsAPI.LegalHolds.self)
            #expect(holds.isHeld && holds.data.map(\.reason) == ["Case 7"])
            #expect(try await server.storedFiles().filter { $0.hasSuffix("/original") }.count == 1)
            #expect(try await server.send(.delete, hold).status == 204)
            #expect(try await erasing.erase(erasure).held == 0)
            let filled = FilledTables(tables: server.tables, tenant: server.tenant, call: held, planted: "")
            #expect(try await filled.places(of: ["\(server.tenant)"]) == [])
            #expect(try await server.storedFiles().isEmpty)
        }
    }
}
