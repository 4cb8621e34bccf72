import HTTP
import JSON
import Models
import Postgres
import Testing

@testable import Calls

/// Whatever phone systems and carriers tell, and however often and in whichever order it comes, the rows are the same.
@Suite(.timeLimit(.minutes(10)), .enabled(if: ProviderFolder.isThere)) struct RepeatedReportsTests {
    /// Whose the extensions are; the one of 1003 is who answers.
    private static let lines = [("1001", UserID.make()), ("1003", UserID.make()), ("1000", UserID.make())]
    private static let receivedAt = Timestamp(seconds: 1_767_272_400)

    private func connection(_ provider: String) -> InternalAPI.Connection {
        InternalAPI.Connection(
            id: .make(), provider: provider, name: provider, isEnabled: true, timeZone: .utc, country: "US",
            settings: ["space": "https://example.signalwire.com"], credentials: [:], webhookSecrets: [], version: 1)
    }

    private func form(_ text: String) -> HookPayload {
        HookPayload(
            method: .post, rest: [], query: nil, contentType: "application/x-www-form-urlencoded",
            body: Array(text.replacing("\n", with: "").utf8), receivedAt: Self.receivedAt)
    }

    private func text(_ text: String) -> HookPayload {
        HookPayload(
            method: .post, rest: ["records"], query: nil, contentType: "text/plain", body: Array(text.utf8),
            receivedAt: Self.receivedAt)
    }

    private func status(_ word: String, _ second: Int, _ more: String = "", call: String = "CA1") -> HookPayload {
        form(
            """
            CallSid=\(call)&From=%2B14155550101&To=%2B14155550102&CallStatus=\(word)&Direction=inbound
            &Timestamp=Thu%2C+01+Jan+2026+12%3A00%3A\(second < 10 ? "0" : "")\(second)+%2B0000&SequenceNumber=\(second)\(more)
            """)
    }

    /// A call with two rings of agents, of whom the second answers, and its recording.
    private var carrierCalls: [HookPayload] {
        [
            status("ringing", 0), status("in-progress", 1), status("ringing", 2, "&ParentCallSid=CA1", call: "CA2"),
            status("no-answer", 12, "&ParentCallSid=CA1", call: "CA2"),
            status("ringing", 13, "&ParentCallSid=CA1", call: "CA3"),
            status("in-progress", 15, "&ParentCallSid=CA1", call: "CA3"),
            status("completed", 40, "&ParentCallSid=CA1&CallDuration=25", call: "CA3"),
            status("completed", 41, "&CallDuration=41"),
            form(
                """
                CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed&RecordingChannels=2
                &RecordingUrl=https%3A%2F%2Fexample.signalwire.com%2FRE1
                """),
            status("ringing", 5, call: "CA9"), status("no-answer", 25, call: "CA9"),
        ]
    }

    private func payloads(_ provider: String) throws -> [HookPayload] {
        switch provider {
        case "twilio": return carrierCalls
        case "signalwire":
            let vectors = try ProviderFolder.json("signalwire/signature-vectors.json").list("vectors")
            let bodies = vectors.filter { $0.text("scheme") == "A" }.compactMap { $0.text("rawBody") }
            return carrierCalls + bodies.map(text)
        case "threecx":
            let line = try #require(try ProviderFolder.json("pbx-cdr/3cx.json").text("line"))
            return [text(line), text(line.replacing("_42", with: "_43").replacing("TerminatedBySrc", with: "Busy"))]
        case "asterisk":
            let file = try ProviderFolder.json("pbx-cdr/asterisk-freepbx.json")
            let line = try #require(file["cdrCsv"]?.text("line"))
            let event = try #require(file["amiEvent"])
            return [text(line), text(String(decoding: try JSON.encode(event), as: UTF8.self))]
        case "freepbx":
            let names = "calldate,src,dst,did,dstchannel,duration,billsec,disposition,uniqueid,linkedid,sequence\n"
            return [
                ("1001", "0", "NO ANSWER", 1), ("1002", "0", "NO ANSWER", 2), ("1003", "30", "ANSWERED", 3),
            ].map { agent, spoken, word, number in
                text(
                    names
                        + "2026-01-01 12:00:0\(number),4155550101,600,14155550102,PJSIP/\(agent)-1,60,\(spoken),\(word),1.\(number),1.0,\(number)"
                )
            }
        default:
            let file = try ProviderFolder.json("pbx-cdr/grandstream-examples.json")
            return try file.members.filter { $0.name.hasPrefix("json") }.map {
                text(String(decoding: try JSON.encode($0.value), as: UTF8.self))
            } + [text(try #require(file.text("csv")))]
        }
    }

    /// All that the rows say, but for ids and when they were written.
    private func rows(_ database: Database, _ tenant: TenantID) async throws -> [String] {
        try await database.tenant(tenant).query(
            """
            SELECT jsonb_build_array(external_id, direction, from_value, to_value, status, provider_status, started_at,
                answered_at, ended_at, metadata, stage, line_value, origin, agent_id, team)::text
            FROM calls WHERE tenant_id = \(tenant) ORDER BY external_id
            """
        ) { row in try row.next(String.self) }
    }

    private func apply(
        _ payloads: [HookPayload], _ connection: InternalAPI.Connection, _ database: Database, _ tenant: TenantID
    ) async throws {
        let provider = try #require(CallProviders.all[connection.provider])
        for (value, agent) in Self.lines {
            let now = Timestamp.now()
            let line = Line(
                id: .make(), source: Line.anySource, value: value, agentID: agent, team: "sales", version: 1,
                createdAt: now, updatedAt: now)
            try await database.tenant(tenant).transaction {
                if try await LineStore(rows: $0).agent(for: value, source: "", at: now, in: tenant) == nil {
                    _ = try await LineStore(rows: $0).create(line, in: tenant)
                }
            }
        }
        for payload in payloads {
            let reports = try provider.reports(of: payload, connection)
            try await database.tenant(tenant).transaction { transaction in
                let store = IngestStore(
                    transaction: transaction, tenant: tenant, connection: connection, agents: .nobody)
                _ = try await store.apply(reports.map { .init(report: $0, at: payload.receivedAt) })
            }
        }
    }

    @Test(arguments: ["twilio", "signalwire", "grandstream_ucm", "threecx", "asterisk", "freepbx"])
    func `three times and shuffled is the same as once and in order`(_ name: String) async throws {
        let (payloads, connection) = (try payloads(name), connection(name))
        try await withCalls { database, _, _ in
            let once = TenantID.make()
            try await apply(payloads, connection, database, once)
            let expected = try await rows(database, once)
            #expect(!expected.isEmpty)
            if name == "freepbx" {
                let answering = Self.lines[1].1.jsonText
                #expect(expected.count == 1 && expected[0].contains("\"1003\"") && expected[0].contains(answering))
            }
            for _ in 0..<6 {
                let tenant = TenantID.make()
                let shuffled = (payloads + payloads + payloads).shuffled()
                try await apply(shuffled, connection, database, tenant)
                let found = try await rows(database, tenant)
                #expect(found == expected, "\(shuffled.map { String(decoding: $0.body, as: UTF8.self) })")
            }
        }
    }

    @Test func `all legs of a customer's call are one call, and it is missed only when nobody answered`() async throws {
        let calls: [(String, [(String, CallStatus)])] = [
            ("twilio", [("CA1", .completed), ("CA9", .noAnswer)]), ("freepbx", [("1.0", .completed)]),
            ("grandstream_ucm", [("12", .completed), ("48", .completed), ("51", .busy)]),
        ]
        for (name, expected) in calls {
            let (payloads, connection) = (try payloads(name), connection(name))
            try await withCalls { database, _, _ in
                let tenant = TenantID.make()
                try await apply(payloads, connection, database, tenant)
                let found = try await database.tenant(tenant).query(
                    "SELECT external_id, status FROM calls WHERE tenant_id = \(tenant) ORDER BY external_id"
                ) { row in (try row.next(String.self), try row.next(CallStatus.self)) }
                #expect(found.map(\.0) == expected.map(\.0) && found.map(\.1) == expected.map(\.1), "\(name)")
                let missed = try await database.query(
                    "SELECT count(*) FROM outbox_events WHERE tenant_id = \(tenant) AND type = 'call.missed'"
                ) { row in try row.next(Int.self) }
                #expect(missed[0] <= (name == "grandstream_ucm" ? 0 : 1), "\(name)")
            }
        }
    }
}
