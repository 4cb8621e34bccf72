import BlobStore
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

/// History brought in: looked at, told row by row, never twice, undone whole, and without any effect.
@Suite(.timeLimit(.minutes(20))) struct CallImportTests {
    private static let path = "/api/v1/calls/imports"

    private func preview(
        _ world: IngestWorld, _ text: String, type: String = "text/csv", source: String = "old-pbx"
    ) async throws -> HTTPResponse {
        await world.handler(
            try world.trust.request(
                .post, "\(Self.path)?source=\(source)", as: .user(.owner), headers: ["Content-Type": type],
                body: HTTPBody(bytes: Array(text.utf8))))
    }

    private func run(_ world: IngestWorld, _ id: CallImportID, isUndone: Bool = false) async throws {
        let importing = CallImporting(
            database: world.database, blobs: FileBlobStore(root: "/nonexistent"), knowledge: world.trust.knowledge)
        try await importing.run(CallImportJob(importID: id, isUndone: isUndone), in: world.tenant)
    }

    private func count(_ world: IngestWorld, _ table: SQL) async throws -> Int {
        try await world.database.tenant(world.tenant).value(
            "SELECT count(*) FROM \(table) WHERE tenant_id = \(world.tenant)", as: Int.self) ?? -1
    }

    @Test func `a file is told row by row before anything is made of it`() async throws {
        try await IngestWorld.with { world in
            let response = try await preview(
                world,
                """
                external_id,direction,from,to,started_at,duration_seconds,status
                1,inbound,+14155550123,201,2025-01-02T10:00:00Z,120,completed
                2,sideways,+14155550123,201,2025-01-02T11:00:00Z,60,completed
                ,inbound,"+1 415 555 0123",201,yesterday,60,ringing
                3,outbound,201,"(415) 555-0199",2025-01-02T12:00:00Z,30,no_answer
                """)
            #expect(response.status == 201, "\(response.text)")
            let preview: CallsAPI.Import = try response.decoded()
            #expect(preview.rows == 4 && preview.waiting == 2 && preview.faulty == 2 && preview.state == "preview")
            #expect(preview.durationSeconds == 150 && preview.storageBytes == 150 * 16_000)
            #expect(try await count(world, "calls") == 0)
            let report: CallsAPI.ImportRows = try await world.send(
                .get, "\(Self.path)/\(preview.id)/rows?state=faulty"
            ).decoded()
            #expect(report.data.map(\.number) == [2, 3])
            #expect(report.data.first?.faults.contains { $0.hasPrefix("direction") } == true)
            #expect(report.data.last?.faults.count == 3)
            #expect(try await self.preview(world, "a,b\n1,2\n").status == 422)
            #expect(try await self.preview(world, "a", type: "text/plain").status == 415)
            let agent = await world.handler(
                try world.trust.request(
                    .post, Self.path, as: .user(.agent), headers: ["Content-Type": "text/csv"],
                    body: HTTPBody(bytes: Array("external_id,started_at\n".utf8))))
            #expect(agent.status == 403)
        }
    }

    @Test func `a year of imported calls causes no contact, no notification and no charge, and is undone whole`()
        async throws
    {
        try await IngestWorld.with { world in
            var lines: [String] = []
            for day in 0..<365 {
                for number in 0..<3 {
                    let started = Timestamp(seconds: 1_735_689_600 + Int64(day) * 86_400 + Int64(number) * 3_600)
                    let status = number == 0 ? "no_answer" : "completed"
                    lines.append(
                        #"{"external_id":"\#(day)-\#(number)","direction":"inbound","from":"+14155550123","to":"201","status":"\#(status)","started_at":"\#(started.jsonText)","duration_seconds":90}"#
                    )
                }
            }
            let file = lines.joined(separator: "\n")
            let before: CallsAPI.Import = try await preview(world, file, type: "application/x-ndjson").decoded()
            #expect(before.rows == 1_095 && before.waiting == 1_095)
            #expect(try await world.send(.post, "\(Self.path)/\(before.id)/start").status == 202)
            #expect(try await world.send(.post, "\(Self.path)/\(before.id)/start").status == 409)
            try await run(world, before.id)
            let done: CallsAPI.Import = try await world.send(.get, "\(Self.path)/\(before.id)").decoded()
            #expect(done.state == "done" && done.created == 1_095 && done.waiting == 0)
            #expect(try await count(world, "calls") == 1_095)
            let live = try await world.database.tenant(world.tenant).value(
                "SELECT count(*) FROM calls WHERE tenant_id = \(world.tenant) AND origin <> 'import'", as: Int.self)
            #expect(live == 0)
            // Nothing is told, queued, decided or counted because of it, but to the audit log who did it; the one job is the
            // import's own.
            #expect(Set(try await world.events()) == ["deed.done"])
            let kinds = try await world.database.tenant(world.tenant).values(
                "SELECT DISTINCT kind FROM jobs WHERE tenant_id = \(world.tenant)", as: String.self)
            #expect(kinds == ["import_calls"])
            for table in ["contact_decisions", "contact_spend", "call_usages"] as [SQL] {
                #expect(try await count(world, table) == 0)
            }
            // The same file again adds nothing.
            let again: CallsAPI.Import = try await preview(world, file, type: "application/x-ndjson").decoded()
            #expect(again.known == 1_095 && again.waiting == 0)
            _ = try await world.send(.post, "\(Self.path)/\(again.id)/start")
            try await run(world, again.id)
            #expect(try await count(world, "calls") == 1_095)
            // And undone, nothing of it is left.
            #expect(try await world.send(.post, "\(Self.path)/\(before.id)/undo").status == 202)
            try await run(world, before.id, isUndone: true)
            let undone: CallsAPI.Import = try await world.send(.get, "\(Self.path)/\(before.id)").decoded()
            #expect(undone.state == "undone" && undone.undone == 1_095)
            #expect(try await count(world, "calls") == 0)
        }
    }
}
