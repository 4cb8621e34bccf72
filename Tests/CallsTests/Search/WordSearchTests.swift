import Models
import Postgres
import Testing

@testable import Calls

/// Searches in a tenant that is too large to be searched at once.
struct WordSearchTests {
    private static let calls = 21_000

    /// Calls of 70 days, with words of every rarity: in each call, in one of ten, in seven, and in those of the first ten days.
    private func fill(_ database: Database, _ tenant: TenantID) async throws {
        let rows = database.tenant(tenant).within(.seconds(120))
        _ = try await rows.batch([
            """
            INSERT INTO calls (tenant_id, id, external_id, direction, from_kind, from_value, from_raw, to_kind, to_value, to_raw,
                status, started_at, ended_at, stage)
            SELECT \(tenant), gen_random_uuid(), 'n-' || n, 'inbound', 'phone', '+14155550123', '1', 'extension', '201', '201',
                CASE WHEN n % 7 = 0 THEN 'no_answer' ELSE 'completed' END, at, at + interval '30 seconds', 'analysed'
            FROM generate_series(1, \(Self.calls)) AS n, LATERAL (SELECT now() - n * interval '70 days' / \(Self.calls) AS at) AS t
            """,
            """
            INSERT INTO transcripts (tenant_id, call_id, version, language, engine, model, segments, words)
            SELECT tenant_id, id, 1, 'en', 'local', 'test', '[]', array_to_tsvector(array_remove(ARRAY['each',
                CASE WHEN n % 10 = 0 THEN 'tenth' END, CASE WHEN n % 3000 = 0 THEN 'seldom' END,
                CASE WHEN n > \(Self.calls) * 6 / 7 THEN 'early' END], NULL))
            FROM (SELECT *, substr(external_id, 3)::integer AS n FROM calls WHERE tenant_id = \(tenant)) AS c
            """,
            """
            INSERT INTO call_day_figures (tenant_id, kind, key, bucket_at, calls, inbound, outbound, answered, missed, voicemail,
                seconds, talk_seconds, positive, neutral, negative, sentiment_sum, sentiment_calls, quality_sum, quality_calls,
                recorded, transcribed, analysed)
            SELECT tenant_id, 'all', '00000000-0000-0000-0000-000000000000', date_bin('1 day', started_at, 'epoch'), count(*),
                0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0
            FROM calls WHERE tenant_id = \(tenant) GROUP BY tenant_id, date_bin('1 day', started_at, 'epoch')
            """,
            "ANALYZE transcripts", "ANALYZE calls",
        ])
    }

    /// What the rows say, without any index of words.
    private func expected(
        _ word: String, status: CallStatus?, newestFirst: Bool, limit: Int, _ database: Database, _ tenant: TenantID
    ) async throws -> [CallID] {
        let order: StaticString = newestFirst ? "c.started_at DESC, c.id DESC" : "c.started_at, c.id"
        return try await database.tenant(tenant).query(
            """
            SELECT c.id FROM calls AS c JOIN transcripts AS t ON t.tenant_id = c.tenant_id AND t.call_id = c.id
            WHERE c.tenant_id = \(tenant) AND \(word) = ANY (tsvector_to_array(t.words))
              AND (\(status?.rawValue)::text IS NULL OR c.status = \(status?.rawValue)::text)
            ORDER BY \(unescaped: order) LIMIT \(limit)
            """
        ) { row in try row.next(CallID.self) }
    }

    @Test func `words of every rarity are found in order, page by page, and about how often`() async throws {
        try await withCalls { database, _, _ in
            let tenant = TenantID.make()
            try await fill(database, tenant)
            let lists = CallListStore(database: database)
            for (word, count) in [("each", 21_000), ("tenth", 2_100), ("seldom", 7), ("early", 3_000), ("never", 0)] {
                for status in [nil, CallStatus.noAnswer] {
                    for order in [CallFilter.Order.newestFirst, .oldestFirst] {
                        var filter = CallFilter(reach: .all, timeZone: .utc)
                        (filter.order, filter.words) = (order, WordQuery(word).tsquery)
                        filter.query.status = status.map { [$0] }
                        var (seen, position): ([CallID], CallPosition?) = ([], nil)
                        for _ in 0..<4 {
                            let page = try await lists.page(filter, after: position, limit: 60, offset: 0, in: tenant)
                            let about = count / (status == nil ? 1 : 7)
                            if word == "seldom" || word == "never" {
                                #expect(page.totalIsExact && page.total == (status == nil ? count : count / 7))
                            } else if order == .newestFirst && word != "early" {
                                #expect(abs(page.total - about) < about / 3, "\(word): \(page.total) of \(about)")
                            }
                            guard let last = page.calls.last else { break }
                            seen += page.calls.map(\.id)
                            position = CallPosition(startedAt: last.startedAt, id: last.id)
                        }
                        let rows = try await expected(
                            word, status: status, newestFirst: order == .newestFirst, limit: 240, database, tenant)
                        #expect(seen == rows, "\(word) \(order) \(status?.rawValue ?? "")")
                        let third = try await lists.page(filter, after: nil, limit: 20, offset: 40, in: tenant)
                        #expect(third.calls.map(\.id) == Array(rows.dropFirst(40).prefix(20)))
                    }
                }
            }
        }
    }

    @Test func `a search keeps to its days, and follows a call whose beginning is told anew`() async throws {
        try await withCalls { database, _, _ in
            let tenant = TenantID.make()
            try await fill(database, tenant)
            let search = WordSearchStore(rows: database.tenant(tenant))
            let now = Timestamp.now()
            let (since, until) = (now - .seconds(40 * 86_400), now - .seconds(30 * 86_400))
            // So few days are searched at once.
            let some = try await search.newest("'tenth'", wanted: 1, since: "\(since)", until: "\(until)")
            #expect(some.isWhole && (300...360).contains(some.ids.count) && some.count == some.ids.count)
            let first = try await search.newest("'tenth'", wanted: 100, since: "NULL", until: "NULL")
            #expect(!first.isWhole && (100...500).contains(first.ids.count))
            #expect(abs(first.count - 2_100) < 700, "\(first.count) of 2,100")
            let all = try await search.newest("'tenth'", wanted: 5_000, since: "NULL", until: "NULL")
            #expect(all.isWhole && all.ids.count == 2_100 && all.count == 2_100)
            #expect(Array(all.ids.prefix(first.ids.count)) == first.ids)
            #expect(Set(all.ids).isSuperset(of: some.ids))
            let call = try #require(some.ids.first)
            let rows = database.tenant(tenant)
            try await rows.execute(
                "UPDATE calls SET started_at = now(), ended_at = now() WHERE tenant_id = \(tenant) AND id = \(call)")
            let moved = try await search.newest("'tenth'", wanted: 1, since: "NULL", until: "NULL")
            #expect(moved.ids.first == call)
            let elsewhere = WordSearchStore(rows: database.tenant(.make()))
            #expect(try await elsewhere.newest("'tenth'", wanted: 1, since: "NULL", until: "NULL").ids.isEmpty)
        }
    }
}
