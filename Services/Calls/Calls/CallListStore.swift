import Models
import Postgres

/// Pages of calls.
struct CallListStore: Sendable {
    /// Counting stops here; beyond it the roll-ups estimate.
    static let countBound = 10_000
    /// How many of the first calls are looked at to count what no index finds; beyond them their share is taken for that of all.
    private static let countWindow = 1_000
    /// How many of the newest calls of a search are tried first, at least.
    private static let searchedFirst = 100

    let database: Database

    struct Found: Sendable {
        var calls: [Call]
        var total: Int
        var totalIsExact: Bool
    }

    /// A page and how many calls the filter finds.
    func page(
        _ filter: CallFilter, after position: CallPosition?, limit: Int, offset: Int, in tenant: TenantID
    ) async throws -> Found {
        try await narrowed(filter, after: position, wanted: offset + limit, in: tenant) { condition, known in
            let results = try await database.tenant(tenant).batch([
                """
                SELECT \(unescaped: Call.columns) FROM calls WHERE \(condition.whole)\(filter.order.beyond(position))
                ORDER BY \(filter.order.sql) LIMIT \(limit) OFFSET \(offset)
                """,
                Self.counting(filter, condition, known, in: tenant),
            ])
            let calls = try results[0].map { row throws(PostgresError) in try Call(row: &row) }
            let counts = try results[1].first { row in
                (matches: try row.next(Int.self), seen: try row.next(Int.self), all: try row.next(Int.self))
            }
            let (matches, seen, all) = counts ?? (0, 0, 0)
            let shown = offset + calls.count
            let isExact = known.isExact && seen <= (filter.isUnfiltered ? Self.countBound : Self.countWindow)
            let estimate = seen == 0 ? all : Int(Double(all) * Double(matches) / Double(seen))
            let total = isExact ? matches : max(estimate, matches, shown)
            return (Found(calls: calls, total: total, totalIsExact: isExact), calls.count == limit)
        }
    }

    /// Some calls without their number, for those who read all of a list piece by piece.
    func rows(
        _ filter: CallFilter, after position: CallPosition?, limit: Int, in tenant: TenantID
    ) async throws -> [Call] {
        try await narrowed(filter, after: position, wanted: limit, in: tenant) { condition, _ in
            let calls = try await database.tenant(tenant).query(
                """
                SELECT \(unescaped: Call.columns) FROM calls WHERE \(condition.whole)\(filter.order.beyond(position))
                ORDER BY \(filter.order.sql) LIMIT \(limit)
                """, as: Call.self)
            return (calls, calls.count == limit)
        }
    }

    /// The calls that a filter finds, the newest first, and seconds of their audio; one more than the bound when there are more.
    func chosen(
        _ filter: CallFilter, bound: Int, in tenant: TenantID
    ) async throws -> (ids: [CallID], audioSeconds: Double) {
        try await narrowed(filter, after: nil, wanted: bound + 1, in: tenant) { condition, _ in
            let found = try await database.tenant(tenant).query(
                """
                SELECT id, coalesce(recording_seconds, 0)::double precision FROM calls WHERE \(condition.whole)
                ORDER BY started_at DESC, id DESC LIMIT \(bound + 1)
                """
            ) { row in (try row.next(CallID.self), try row.next(Double.self)) }
            return ((found.map { $0.0 }, found.reduce(0) { $0 + $1.1 }), found.count > bound)
        }
    }

    /// What is known of the words of a filter before its calls are read.
    private enum Known: Equatable {
        /// There are none, or these calls alone have them: so many.
        case all(Int)
        /// About so many calls have them; the newest of these, which are so many, are read.
        case newest(of: Int, read: Int)
        /// Too many have them; each call is looked at.
        case many

        var isExact: Bool {
            guard case .all = self else { return false }
            return true
        }
    }

    /// Reads what a filter finds, with the words of a search looked up; `read` also tells whether it has found all it can take.
    ///
    /// Of words that many calls have, the newest calls are tried first: with the other parts of the filter they mostly fill a page.
    private func narrowed<Value>(
        _ filter: CallFilter, after position: CallPosition?, wanted: Int, in tenant: TenantID,
        _ read: (CallCondition, Known) async throws -> (Value, isFull: Bool)
    ) async throws -> Value {
        let condition = CallCondition(filter, in: tenant)
        guard let words = filter.words else { return try await read(condition, .all(0)).0 }
        let search = WordSearchStore(rows: database.tenant(tenant))
        var count = 0
        // The newest day is that of live calls.
        if !filter.isInBin && !filter.isTest {
            let (since, until) = filter.timeBounds
            let wanted = max(Self.searchedFirst, 2 * wanted)
            let first = try await search.newest(words, wanted: wanted, since: since, until: until)
            count = first.count
            if first.isWhole { return try await read(condition.keeping(first.ids, in: tenant), .all(count)).0 }
            let end: SQL = position?.startedAt.map { "least(\($0), \(until))" } ?? until
            // The other parts of a filter may leave few of them.
            for most in filter.order == .newestFirst ? [wanted, 8 * wanted, 64 * wanted] : [] {
                let most = min(most, WordSearchStore.bound)
                let isKnown = most == wanted && position == nil
                let newest = isKnown ? first : try await search.newest(words, wanted: most, since: since, until: end)
                let known = Known.newest(of: count, read: newest.ids.count)
                let (value, isFull) = try await read(condition.keeping(newest.ids, in: tenant), known)
                if isFull || newest.isWhole { return value }
                // Fewer than were wanted: there are too many in a day to order them.
                guard newest.ids.count >= most, most < WordSearchStore.bound else { break }
            }
        }
        if count <= WordSearchStore.bound, let ids = try await search.all(words) {
            return try await read(condition.keeping(ids, in: tenant), .all(ids.count)).0
        }
        return try await read(condition.keeping(words, in: tenant), .many).0
    }

    /// How many calls match, among how many that were looked at, and how many there are: by the roll-ups, which run a few seconds
    /// behind, or of a search; none where neither knows.
    private static func counting(
        _ filter: CallFilter, _ condition: CallCondition, _ known: Known, in tenant: TenantID
    ) -> SQL {
        let all: SQL = """
            (SELECT coalesce(sum(calls), 0)::bigint FROM call_day_figures WHERE tenant_id = \(tenant) AND kind = 'all')
            """
        if filter.isUnfiltered {
            return """
                SELECT n, n, known FROM (
                    SELECT known, CASE WHEN known > \(countBound) THEN \(countBound) + 1 ELSE (
                        SELECT count(*) FROM (SELECT FROM calls WHERE \(condition.scope) LIMIT \(countBound + 1)) AS calls
                    ) END AS n FROM (SELECT \(all)) AS r (known)
                ) AS counted
                """
        }
        switch known {
        case .many: return "SELECT 0::bigint, 0::bigint, \(WordSearchStore.bound)::bigint"
        case .newest(let count, let read):
            return "SELECT count(*), \(read)::bigint, \(count)::bigint FROM calls WHERE \(condition.whole)"
        case .all(let hits):
            let known: SQL = condition.isOfAll ? all : "\(hits)::bigint"
            return """
                SELECT count(*) FILTER (WHERE true\(condition.rest)), count(*), \(known) FROM (
                    SELECT * FROM calls WHERE \(condition.scope) ORDER BY \(filter.order.sql) LIMIT \(countWindow + 1)
                ) AS calls
                """
        }
    }
}
