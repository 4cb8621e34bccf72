import DatabaseTestSupport
import HTTP
import JSON
import Models
import Postgres
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct AnalyticsTests {
    private func count(_ server: CallsServer) async throws {
        let rollups = RollupStore(database: server.database)
        while try await rollups.recount(limit: 500, in: server.tenant) > 0 {}
    }

    private func get<Value: Decodable>(
        _ server: CallsServer, _ path: String, as caller: TestCaller = .user(.owner), _ type: Value.Type = Value.self
    ) async throws -> Value {
        let answer = try await server.send(.get, "/api/v1/analytics/calls/\(path)", as: caller)
        #expect(answer.status == 200, "\(path) \(String(decoding: answer.bytes, as: UTF8.self))")
        return try answer.decoded()
    }

    /// All figures of a tenant as they stand, beside what the rows say.
    private func differences(_ server: CallsServer) async throws -> Int {
        let tenant = server.tenant
        let rows = server.database.tenant(tenant)
        let kept = try await rows.query("SELECT f::text FROM call_figures AS f WHERE tenant_id = \(tenant)") { row in
            try row.next(String.self)
        }
        let keptDays = try await rows.query("SELECT f::text FROM call_day_figures AS f WHERE tenant_id = \(tenant)") {
            row in try row.next(String.self)
        }
        // Everything is counted anew, from nothing.
        _ = try await rows.batch([
            "DELETE FROM call_figures WHERE tenant_id = \(tenant)",
            "DELETE FROM call_day_figures WHERE tenant_id = \(tenant)",
            """
            INSERT INTO call_rollup_marks SELECT DISTINCT \(tenant), gen_random_uuid(), date_bin('15 minutes', started_at, 'epoch')
            FROM calls WHERE tenant_id = \(tenant) AND deleted_at IS NULL AND NOT is_test
            """,
        ])
        try await count(server)
        let fresh = try await rows.query("SELECT f::text FROM call_figures AS f WHERE tenant_id = \(tenant)") { row in
            try row.next(String.self)
        }
        let freshDays = try await rows.query("SELECT f::text FROM call_day_figures AS f WHERE tenant_id = \(tenant)") {
            row in try row.next(String.self)
        }
        #expect(!fresh.isEmpty)
        let weeks = try await rows.value(
            """
            SELECT count(*) FROM (
                SELECT kind, key, call_week(bucket_at) AS week, sum(calls) AS calls, sum(seconds) AS seconds, sum(analysed) AS analysed
                FROM call_day_figures WHERE tenant_id = \(tenant) GROUP BY kind, key, call_week(bucket_at)
            ) AS days FULL JOIN (SELECT * FROM call_week_figures WHERE tenant_id = \(tenant) AND calls <> 0) AS weeks
                ON (weeks.kind, weeks.key, weeks.bucket_at) = (days.kind, days.key, days.week)
            WHERE (days.calls, days.seconds, days.analysed) IS DISTINCT FROM (weeks.calls, weeks.seconds, weeks.analysed)
            """, as: Int.self)
        #expect(weeks == 0)
        return Set(kept).symmetricDifference(fresh).count + Set(keptDays).symmetricDifference(freshDays).count
    }

    @Test func `figures are those of the rows after every kind of change`() async throws {
        try await CallsServer.with { server in
            let (listed, agent, tenant) = (ListedCalls(server), UserID.make(), server.tenant)
            var calls: [CallID] = []
            for index in 0..<12 {
                calls.append(
                    try await listed.add { draft in
                        draft.startedAt = .now() - .seconds(Int64(3_000 * (index + 1)))
                        draft.endedAt = draft.startedAt + .seconds(60)
                        draft.agentID = index % 2 == 0 ? agent : nil
                        draft.status = index % 3 == 0 ? .noAnswer : .completed
                    })
            }
            try await count(server)
            #expect(try await differences(server) == 0)
            for call in calls.prefix(5) {
                try await listed.process(call, .sample("hello"), sentiment: 0.5, quality: 70, topics: ["Price"])
            }
            let (store, rows) = (CallStore(database: server.database), server.database.tenant(tenant))
            _ = try await store.delete(calls[1], version: nil, reach: .all, in: tenant)
            _ = try await store.delete(calls[2], version: nil, reach: .all, in: tenant)
            _ = try await store.restore(calls[2], reach: .all, in: tenant)
            let chosen = try await server.send(.get, "/api/v1/calls/dispositions").decoded(CallsAPI.Dispositions.self)
                .data[0].id
            _ = try await server.json(
                .put, "/api/v1/calls/\(calls[3])/disposition", "{\"disposition_id\": \"\(chosen)\"}")
            // A provider corrects when a call began and how it ended.
            try await rows.execute(
                """
                UPDATE calls SET started_at = started_at - interval '2 hours', status = 'busy'
                WHERE tenant_id = \(tenant) AND id = \(calls[4])
                """)
            try await rows.execute(
                "UPDATE calls SET agent_id = \(UserID.make()) WHERE tenant_id = \(tenant) AND id = \(calls[6])")
            try await count(server)
            #expect(try await differences(server) == 0)
            let erased = CallErasureStore(rows: rows)
            while try await erased.eraseSome((numbers: ["+14155550123"], pattern: "4155550123")) != nil {}
            try await count(server)
            let left = try await rows.value(
                "SELECT count(*) FROM call_figures WHERE tenant_id = \(tenant)", as: Int.self)
            #expect(left == 0)
        }
    }

    @Test func `yesterday is the tenant's, with the same calls in every zone and over a change of the clock`()
        async throws
    {
        // The clocks of New York go back on 1 November 2026; Kathmandu lies 5:45 from UTC, Bangkok has no change.
        for (zone, day, hours) in [
            ("Asia/Bangkok", "2026-11-01", 24), ("Asia/Kathmandu", "2026-11-01", 24),
            ("America/New_York", "2026-11-01", 25),
            ("America/New_York", "2026-03-08", 23),
        ] {
            try await CallsServer.with { server in
                let listed = ListedCalls(server)
                try server.trust.knowledge.set(server.tenant, timeZone: zone)
                let date = try LocalDate(jsonText: day)
                let bounds = try await FigureStore(rows: server.database.tenant(server.tenant)).span(
                    from: date, to: date, zone: try TimeZoneName(jsonText: zone))
                #expect((bounds.end - bounds.begin).components.seconds == Int64(hours) * 3600)
                // A call every 30 minutes from the day before to the day after.
                var at = bounds.begin - .seconds(86_400)
                while at < bounds.end + .seconds(86_400) {
                    let begin = at
                    try await listed.add { draft in
                        (draft.startedAt, draft.endedAt, draft.origin) = (begin, begin + .seconds(30), .import)
                    }
                    at = at + .seconds(1800)
                }
                try await count(server)
                let series: CallsAPI.FigureSeries = try await get(server, "series?from_date=\(day)&to_date=\(day)")
                #expect(series.total.calls == hours * 2 && series.points.count == 1)
                #expect(series.points.first?.startsAt == bounds.begin && series.timeZone.name == zone)
                let three: CallsAPI.FigureSeries = try await get(
                    server,
                    "series?from_date=\(date.adding(days: -1).jsonText)&to_date=\(date.adding(days: 1).jsonText)")
                #expect(three.points.count == 3 && three.points[1].figures.calls == hours * 2)
                let byHour: CallsAPI.FigureSeries = try await get(
                    server, "series?from_date=\(day)&to_date=\(day)&step=hour")
                #expect(byHour.total.calls == hours * 2)
                #expect(byHour.points.reduce(0) { $0 + $1.figures.calls } == hours * 2)
                let groups: CallsAPI.FigureGroups = try await get(
                    server, "groups?by=line&from_date=\(day)&to_date=\(day)")
                #expect(groups.data.map(\.figures.calls) == [hours * 2])
                // The calls behind a figure are as many as it says.
                for query in [try #require(series.points.first?.query), try #require(groups.data.first?.query)] {
                    #expect(try await listed.list(query + "&limit=100").total == hours * 2, "\(query)")
                }
                for point in byHour.points { #expect(try await listed.list(point.query).total == point.figures.calls) }
            }
        }
    }

    @Test func `every figure leads to the calls that it counts`() async throws {
        try await CallsServer.with { server in
            let (listed, agent) = (ListedCalls(server), UserID.make())
            for index in 0..<20 {
                let call = try await listed.add { draft in
                    draft.agentID = index % 2 == 0 ? agent : UserID.make()
                    draft.direction = [.inbound, .outbound, .internal][index % 3]
                    draft.status = [.completed, .noAnswer, .voicemail, .busy][index % 4]
                }
                if index % 3 == 0 {
                    try await listed.process(
                        call, .sample("hello"), sentiment: Double(index % 5) / 2 - 1, quality: index * 5,
                        topics: ["Price", "Delivery"])
                }
            }
            try await count(server)
            let series: CallsAPI.FigureSeries = try await get(server, "series")
            let month = "from_date=\(series.fromDate.jsonText)&to_date=\(series.toDate.jsonText)"
            let values = try JSON.decode(JSONValue.self, from: JSON.encode(series.total))
            for filter in series.figures {
                guard case .int(let value)? = values[filter.figure],
                    !["seconds", "talk_seconds", "quality", "sentiment"].contains(filter.figure)
                else {
                    continue
                }
                let found = try await listed.list(month + (filter.query.isEmpty ? "" : "&\(filter.query)"))
                #expect(found.total == Int(value), "\(filter.figure)")
            }
            for by in FigureGroup.allCases {
                let groups: CallsAPI.FigureGroups = try await get(server, "groups?by=\(by.rawValue)")
                for row in groups.data {
                    #expect(
                        try await listed.list(try #require(row.query)).total == row.figures.calls, "\(by) \(row.key)")
                }
                // The same from the rows of calls as from the roll-ups.
                let counted: CallsAPI.FigureGroups = try await get(
                    server, "groups?by=\(by.rawValue)&direction=inbound,outbound,internal")
                #expect(counted.data.map(\.figures) == groups.data.map(\.figures), "\(by)")
            }
            let one: CallsAPI.FigureSeries = try await get(server, "series?agent_id=\(agent)&step=month")
            #expect(one.total.calls == 10)
            let both: CallsAPI.FigureSeries = try await get(server, "series?agent_id=\(agent)&topic=price")
            let listedBoth = try await listed.list("agent_id=\(agent)&topic=price")
            #expect(both.total.calls == listedBoth.total && both.total.calls > 0)
            // The same figures as a table, on record.
            let table = try await server.send(.get, "/api/v1/analytics/calls/export?by=agent&agent_id=\(agent)")
            let lines = String(decoding: table.bytes.dropFirst(3), as: UTF8.self).split(separator: "\r\n")
            #expect(table.headers["Content-Type"] == "text/csv; charset=utf-8" && lines.count == 2)
            #expect(lines[0].hasPrefix("agent,label,calls,inbound,") && lines[1].hasPrefix("\(agent),,10,"))
            let days = try await server.send(.get, "/api/v1/analytics/calls/export?topic=price")
            let steps = String(decoding: days.bytes.dropFirst(3), as: UTF8.self).split(separator: "\r\n")
            #expect(steps.count == 31 && steps[0].hasPrefix("date,starts_at,calls,"))
            let byTopic: CallsAPI.FigureSeries = try await get(server, "series?topic=price")
            let counted = steps.dropFirst().compactMap { Int($0.split(separator: ",")[2]) }
            #expect(counted.reduce(0, +) == byTopic.total.calls)
            #expect(try await server.send(.get, "/api/v1/analytics/calls/export", as: .user(.agent)).status == 403)
            #expect(
                try await server.send(.get, "/api/v1/analytics/calls/export?by=topic&step=day").status == 400)
            let kept = try await server.send(.get, "/api/v1/calls/exports").decoded(Page<CallsAPI.CallExport>.self)
            #expect(kept.data.map(\.format) == ["csv_figures", "csv_figures"] && kept.data.map(\.rows) == [30, 1])
            let hours: CallsAPI.BusyHours = try await get(server, "hours")
            #expect(hours.data.reduce(0) { $0 + $1.calls } == 20)
            for hour in hours.data { #expect(try await listed.list(hour.query).total == hour.calls, "\(hour.query)") }
            let person = try await server.send(.get, "/api/v1/analytics/users/\(agent)").decoded(
                CallsAPI.Performance.self)
            #expect(try await listed.list(person.query).total == 10 && !person.days.isEmpty)
            for day in person.days {
                let rows = try await listed.list(day.query + "&direction=inbound")
                #expect(rows.total == day.figures.inboundCalls, "\(day.query)")
            }
            let bad = try await server.send(
                .get, "/api/v1/analytics/calls/series?from_date=2020-01-01&to_date=2026-01-01")
            #expect(bad.status == 400)
        }
    }

    @Test func `what is switched off is in no figure, filter, order or rank, and is there again afterwards`()
        async throws
    {
        try await CallsServer.with { server in
            let (listed, agent) = (ListedCalls(server), UserID.make())
            let tracker = try await server.json(
                .post, "/api/v1/calls/trackers", #"{"name": "Greeting", "phrases": ["hello"]}"#
            ).decoded(CallsAPI.Tracker.self)
            let call = try await listed.add { $0.agentID = agent }
            try await listed.process(call, .sample("hello"), sentiment: 0.5, quality: 70, topics: ["Price"])
            let stored = try await CallStore(database: server.database).find(call, reach: .all, in: server.tenant)
            let hit = Analysis.TrackerHit(
                trackerID: tracker.id, version: 1, name: "Greeting", count: 1, segmentIDs: [0])
            _ = try await server.database.tenant(server.tenant).batch(
                TrackerStore.replaceHits([hit], of: try #require(stored), in: server.tenant))
            try await count(server)
            func seen() async throws -> [Bool] {
                let series: CallsAPI.FigureSeries = try await get(server, "series")
                let topic: CallsAPI.FigureSeries = try await get(server, "series?topic=price")
                let topics: CallsAPI.FigureGroups = try await get(server, "groups?by=topic")
                let places: CallsAPI.Leaderboard = try await get(server, "leaderboard?by=quality")
                let person = try await server.send(.get, "/api/v1/analytics/users/\(agent)").decoded(
                    CallsAPI.Performance.self)
                let tracked = try await server.send(.get, "/api/v1/calls/trackers/\(tracker.id)/calls").decoded(
                    Page<CallsAPI.TrackedCall>.self)
                var seen = [
                    series.total.positive == 1, series.total.sentiment != nil, series.total.quality != nil,
                    series.total.ratedCalls == 1, topic.total.calls == 1, !topics.data.isEmpty, !places.data.isEmpty,
                    person.total.quality != nil, person.total.sentiment != nil, !tracked.data.isEmpty,
                ]
                for query in [
                    "sentiment=positive", "quality_min=1", "topic=price", "tracker_id=\(tracker.id)",
                    "sort=-quality_score", "sort=sentiment_score",
                ] { seen.append(try await listed.list(query).total == 1) }
                #expect(series.total.calls == 1 && series.total.analysed == 1)
                return seen
            }
            func set(_ isOn: Bool) throws {
                for feature in [AnalysisFeature.sentiment, .quality, .topics, .trackers] {
                    let key = try #require(Settings.analysisFeatures[feature])
                    server.trust.knowledge.set(key, isOn, of: server.tenant)
                }
            }
            #expect(try await !seen().contains(false))
            try set(false)
            #expect(try await !seen().contains(true))
            try set(true)
            #expect(try await !seen().contains(false))
        }
    }

    @Test func `people are ranked, under the names that the tenant allows`() async throws {
        try await CallsServer.with { server in
            let (listed, best, other) = (ListedCalls(server), UserID.make(), UserID.make())
            for (agent, calls) in [(best, 3), (other, 1)] {
                for _ in 0..<calls { try await listed.add { $0.agentID = agent } }
            }
            try await count(server)
            let named: CallsAPI.Leaderboard = try await get(server, "leaderboard?by=answered")
            #expect(
                named.data.map(\.key) == [best.description, other.description] && named.data.map(\.rank) == [1, 2])
            server.trust.knowledge.set(Settings.performanceNames, .pseudonymous, of: server.tenant)
            let hidden: CallsAPI.Leaderboard = try await get(server, "leaderboard")
            #expect(hidden.data.map(\.figures.calls) == [3, 1])
            #expect(hidden.data.allSatisfy { $0.query == nil && $0.key.hasPrefix("person-") })
            let own: CallsAPI.Leaderboard = try await get(server, "leaderboard", as: .person(best, .admin))
            #expect(
                own.data.first?.key == best.description && own.data.first?.isCaller == true
                    && own.data.last?.query == nil)
            #expect(try await server.send(.get, "/api/v1/analytics/calls/series?agent_id=\(other)").status == 403)
            server.trust.knowledge.set(Settings.performanceNames, .team, of: server.tenant)
            #expect(try await server.send(.get, "/api/v1/analytics/calls/leaderboard").status == 403)
            #expect(try await server.send(.get, "/api/v1/analytics/users/\(other)").status == 403)
            let mine: CallsAPI.FigureSeries = try await get(server, "series", as: .person(other, .agent))
            #expect(mine.total.calls == 1)
        }
    }
}
