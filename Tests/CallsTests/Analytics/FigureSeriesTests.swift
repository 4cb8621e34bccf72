import DatabaseTestSupport
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct FigureSeriesTests {
    @Test func `days, weeks and months from the roll-ups are those of the rows, wherever the tenant is`() async throws {
        try await CallsServer.with { server in
            let (tenant, rows) = (server.tenant, server.database.tenant(server.tenant))
            // Seven weeks of calls over the days on which clocks change in America, Europe and New Zealand.
            try await rows.execute(
                """
                INSERT INTO calls (tenant_id, id, direction, from_kind, from_value, from_raw, to_kind, to_value, to_raw, status,
                    started_at, answered_at, ended_at)
                SELECT \(tenant), gen_random_uuid(), (ARRAY['inbound', 'outbound'])[1 + n % 2], 'extension', '1', '1', 'extension',
                    '2', '2', (ARRAY['completed', 'no_answer', 'voicemail'])[1 + n % 3], at,
                    CASE WHEN n % 3 = 0 THEN at + interval '5 seconds' END, at + make_interval(secs => n % 300)
                FROM generate_series(1, 1500) AS n,
                    LATERAL (SELECT timestamptz '2026-02-20 00:07Z' + n * interval '47 minutes' AS at) AS spread
                """)
            let rollups = RollupStore(database: server.database)
            while try await rollups.recount(upTo: 100, in: tenant) {}
            let store = FigureStore(rows: rows)
            let (from, to) = (try LocalDate(jsonText: "2026-02-25"), try LocalDate(jsonText: "2026-04-07"))
            for name in [
                "UTC", "America/New_York", "America/Los_Angeles", "Europe/Berlin", "Asia/Kolkata", "Asia/Kathmandu",
                "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago",
            ] {
                let zone = try TimeZoneName(jsonText: name)
                let span = try await store.span(from: from, to: to, zone: zone)
                for (step, most) in [(FigureStep.day, 42), (.week, 7), (.month, 3)] {
                    let kept = try await store.series(step, of: .all, in: span, zone: zone)
                    let counted = try await store.series(
                        step, of: CallFilter(reach: .all, timeZone: zone), in: span, zone: zone)
                    #expect(kept.map(\.startsAt) == counted.map(\.startsAt), "\(name) \(step)")
                    #expect(kept.map(\.date) == counted.map(\.date), "\(name) \(step)")
                    #expect(kept.map(\.figures) == counted.map(\.figures), "\(name) \(step)")
                    #expect(kept.count == most, "\(name) \(step)")
                }
            }
        }
    }
}
