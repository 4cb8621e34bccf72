import HTTP
import HTTPClient
import JSON
import Models
import Postgres
import Testing

/// A year of calls that are brought in makes nobody's phone ring, tells nobody and costs nothing.
@Suite(.timeLimit(.minutes(20))) struct HistoryJourneyTests {
    private static let statuses = ["no_answer", "completed", "busy", "voicemail", "failed"]
    private static let perDay = 3

    /// A year that ended some days ago, of calls in and out that went well and did not.
    private static func year(before now: Timestamp) -> String {
        var lines = ["external_id,direction,from,to,started_at,duration_seconds,status"]
        for index in 0..<(365 * perDay) {
            let start = now - .seconds(86_400 * (3 + Int64(index / perDay)) + Int64(index % perDay) * 3_600)
            let direction = index % 2 == 0 ? "inbound" : "outbound"
            let (from, to) = index % 2 == 0 ? ("+12025550181", "201") : ("201", "+12025550181")
            lines.append(
                "\(index),\(direction),\(from),\(to),\(start.jsonText),40,\(statuses[index % statuses.count])")
        }
        return lines.joined(separator: "\n")
    }

    @Test func `a year of imported calls causes no contact, no notification and no charge`() async throws {
        try await SuiteUnderTest.visit([:]) { visit in
            let tenant = try await TenantUnderTest.make(visit)
            let owner = tenant.owner.caller
            visit.plant("2025550181")
            let now = Timestamp.now()
            try await importFile(Self.year(before: now), owner)
            try await record(owner, before: now)
            try await tell(PhoneSystem(owner), before: now)
            try await visit.until("all calls are there") {
                try await count("SELECT count(*) FROM calls", tenant, visit) == 365 * Self.perDay + 40 + 1
            }
            // What a live call causes comes behind it: whatever the history had caused would be there by then.
            let live = try await owner.post("/api/v1/calls", Caller.callBody(from: "+12025550182")).expect(201)
                .decoded(CallsAPI.Call.self).id
            visit.plant("2025550182")
            try await visit.until("a live call's event is delivered") {
                try await count(
                    """
                    SELECT count(*) FROM outbox_events AS e
                    JOIN outbox_payloads AS p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
                    JOIN outbox_deliveries AS d ON d.tenant_id = e.tenant_id AND d.event_id = e.id
                    WHERE e.type = 'call.created' AND p.data ->> 'origin' = 'live' AND d.delivered_at IS NOT NULL
                    """, tenant, visit, "e") > 0
            }
            #expect(try await count("SELECT count(*) FROM calls WHERE origin <> 'import'", tenant, visit) == 1)
            for table in [
                "dial_queue", "call_retries", "missed_calls", "call_controls", "call_participants",
                "contact_decisions", "contact_spend", "call_usages", "assignments",
            ] {
                #expect(try await count("SELECT count(*) FROM \(table)", tenant, visit) == 0, "\(table)")
            }
            // Billing hears nothing, and of history nothing is told but that a call is there, and who brought it.
            #expect(
                try await count(
                    """
                    SELECT count(*) FROM outbox_deliveries WHERE subscriber IN ('billing', 'sessions', 'calendar')
                    AND subject <> 'call/\(live)'
                    """, tenant, visit) == 0)
            #expect(
                try await count(
                    """
                    SELECT count(*) FROM outbox_events WHERE type NOT IN ('call.created', 'deed.done')
                    AND subject <> 'call/\(live)'
                    """, tenant, visit) == 0)
            #expect(
                try await count(
                    """
                    SELECT count(*) FROM jobs WHERE kind IN ('settle_call', 'place_participant', 'transcribe_call',
                        'analyse_call', 'dial_next')
                    """, tenant, visit) == 0)
        }
    }

    private func importFile(_ file: String, _ owner: Caller) async throws {
        let path = "/api/v1/calls/imports"
        let made = try await owner.send(
            .post, "\(path)?source=old-pbx", ["Content-Type": "text/csv"], body: .bytes(Array(file.utf8))
        ).expect(201).decoded(CallsAPI.Import.self)
        #expect(made.waiting == 365 * Self.perDay && made.faulty == 0)
        try await owner.post("\(path)/\(made.id)/start").expect(202)
        try await owner.visit.until("the import is done") {
            try await owner.get("\(path)/\(made.id)").expect(200).decoded(CallsAPI.Import.self).state == "done"
        }
    }

    /// The same by the API, call by call: what ended more than a day ago is history though nobody says so.
    private func record(_ owner: Caller, before now: Timestamp) async throws {
        for index in 0..<40 {
            let start = now - .seconds(86_400 * (2 + Int64(index) * 9))
            let body: JSONValue = [
                "direction": .string(index % 2 == 0 ? "outbound" : "inbound"), "from": "+12025550181",
                "to": "+12025550199", "status": .string(Self.statuses[index % Self.statuses.count]),
                "started_at": .string(start.jsonText), "ended_at": .string((start + .seconds(30)).jsonText),
            ]
            let call = try await owner.post("/api/v1/calls", body).expect(201).decoded(CallsAPI.Call.self)
            #expect(call.origin == .import)
        }
    }

    /// And by a phone system that tells late of somebody whom nobody answered.
    private func tell(_ system: PhoneSystem, before now: Timestamp) async throws {
        let (start, end) = (now - .seconds(2 * 86_400), now - .seconds(2 * 86_400 - 20))
        let event: JSONValue = [
            "id": "pbx-old", "direction": "inbound", "from": "+12025550181", "to": "201", "status": "no_answer",
            "reported_at": .string(end.jsonText), "started_at": .string(start.jsonText),
            "ended_at": .string(end.jsonText),
        ]
        try await system.tell("m-old", event).expect(202)
    }

    /// Counts in the database of calls, of one tenant.
    private func count(
        _ statement: String, _ tenant: TenantUnderTest, _ visit: SuiteVisit, _ table: String? = nil
    ) async throws -> Int {
        let column = table.map { "\($0).tenant_id" } ?? "tenant_id"
        let word = statement.contains("WHERE") ? "AND" : "WHERE"
        let suite = visit.suite
        return try await suite.blocking {
            let session = try suite.databases.superuser(.calls)
            let rows = try session.rows("\(statement) \(word) \(column) = '\(tenant.id)'")
            return rows.first?.first.flatMap { $0 }.flatMap { Int($0) } ?? -1
        }
    }
}
