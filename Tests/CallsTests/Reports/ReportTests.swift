import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct ReportTests {
    @Test func `a report is due at the tenant's hour, sent once, with the figures of its days`() async throws {
        try await CallsServer.with { server in
            try server.trust.knowledge.set(server.tenant, timeZone: "Asia/Bangkok")
            let (listed, boss, agent) = (ListedCalls(server), UserID.make(), UserID.make())
            server.people.add(boss, .owner)
            server.people.add(agent, .agent)
            let path = "/api/v1/analytics/reports"
            func body(_ person: UserID, _ more: String = "") -> String {
                "{\"name\": \"Mornings\", \"cadence\": \"daily\", \"hour\": 7, \"recipient_ids\": [\"\(person)\"]\(more)}"
            }
            #expect(try await server.json(.post, path, body(agent)).status == 422)
            #expect(try await server.json(.post, path, body(boss, ", \"weekday\": 1")).status == 422)
            let made = try await server.json(.post, path, body(boss))
            #expect(made.status == 201)
            let schedule = try made.decoded(CallsAPI.ReportSchedule.self)
            #expect(schedule.nextAt > .now() && schedule.nextAt <= .now() + .seconds(86_400))
            // Seven in Bangkok is midnight UTC.
            #expect(schedule.nextAt.microseconds % 86_400_000_000 == 0)
            let store = ReportScheduleStore(rows: server.database.tenant(server.tenant))
            try await SendReportsJob.run(server.database, server.trust.knowledge)
            #expect(try await store.find(schedule.id)?.lastAt == nil)
            // Yesterday, at noon where the tenant is.
            let zone = try TimeZoneName(jsonText: "Asia/Bangkok")
            let today = try await FigureStore(rows: server.database.tenant(server.tenant)).span(
                from: nil, to: nil, zone: zone)
            try await listed.add { draft in
                (draft.startedAt, draft.origin) = (today.end - .seconds(36 * 3600), .import)
                draft.endedAt = draft.startedAt + .seconds(60)
            }
            let rollups = RollupStore(database: server.database)
            while try await rollups.recount(limit: 100, in: server.tenant) > 0 {}
            try await server.database.tenant(server.tenant).execute(
                "UPDATE call_report_schedules SET next_at = now() - interval '1 minute' WHERE tenant_id = \(server.tenant)"
            )
            try await SendReportsJob.run(server.database, server.trust.knowledge)
            try await SendReportsJob.run(server.database, server.trust.knowledge)
            let told = try await server.database.tenant(server.tenant).query(
                """
                SELECT p.data FROM outbox_events AS e JOIN outbox_payloads AS p ON p.tenant_id = e.tenant_id AND p.event_id = e.id
                WHERE e.tenant_id = \(server.tenant) AND e.type = 'report.due'
                """
            ) { row in try row.next(JSONText.self).decode(SendReportsJob.Report.self) }
            #expect(told.count == 1 && told.first?.figures.calls == 1 && told.first?.before.calls == 0)
            #expect(told.first?.recipientIDs == [boss])
            let after = try #require(try await store.find(schedule.id))
            #expect(after.lastAt != nil && after.nextAt > .now())
            #expect(try await server.json(.delete, "\(path)/\(schedule.id)", nil, match: "*").status == 204)
        }
    }
}
