import JSON
import Models
import Postgres

/// What a list shows of calls beside their own rows.
struct CallExtras: Sendable {
    fileprivate(set) var tags: [CallID: [CallsAPI.Tag]] = [:]
    fileprivate(set) var hits: [CallID: [CallsAPI.TranscriptHit]] = [:]

    /// The call as a list shows it.
    func summary(of call: Call) -> CallsAPI.CallSummary {
        var summary = call.summary
        summary.tags = tags[call.id] ?? []
        summary.hits = hits[call.id] ?? []
        return summary
    }
}

/// Reads tags, and where a search was found, for the calls of one page.
struct CallExtrasStore: Sendable {
    /// How many places of a call a list shows.
    private static let hitsPerCall = 3

    let database: Database

    func read(_ calls: [CallID], search: String?, in tenant: TenantID) async throws -> CallExtras {
        guard !calls.isEmpty else { return CallExtras() }
        var statements: [SQL] = [
            """
            SELECT x.call_id, t.id, t.name, t.color, t.version FROM tagged_calls AS x
            JOIN call_tags AS t ON t.tenant_id = x.tenant_id AND t.id = x.tag_id
            WHERE x.tenant_id = \(tenant) AND x.call_id = ANY (\(calls)::uuid[]) ORDER BY lower(t.name)
            """
        ]
        if search != nil {
            statements.append(
                """
                SELECT call_id, segments FROM transcripts
                WHERE tenant_id = \(tenant) AND call_id = ANY (\(calls)::uuid[]) AND is_current
                """)
        }
        let results = try await database.tenant(tenant).batch(statements)
        var extras = CallExtras()
        for (call, tag) in try results[0].map({ row in (try row.next(CallID.self), try CallsAPI.Tag(row: &row)) }) {
            extras.tags[call, default: []].append(tag)
        }
        guard let search else { return extras }
        let hits = TranscriptHits(WordQuery(search))
        let found = try results[1].map { row in
            (try row.next(CallID.self), try row.next(JSONText.self).decode([Transcript.Segment].self))
        }
        for (call, segments) in found { extras.hits[call] = hits.find(in: segments, limit: Self.hitsPerCall).hits }
        return extras
    }
}

extension CallsAPI.Tag {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            id: try row.next(TagID.self), name: try row.next(String.self), color: try row.next(String?.self),
            version: try row.next(Int64.self))
    }
}

extension CallListStore {
    /// The nearest calls before and after one that have the same other end.
    func related(
        to call: Call, by party: String, limit: Int, reach: CallReach, in tenant: TenantID
    ) async throws -> (before: [Call], after: [Call]) {
        func side(_ column: StaticString, _ than: StaticString, _ direction: StaticString) -> SQL {
            """
            (SELECT \(unescaped: Call.columns) FROM calls
            WHERE tenant_id = \(tenant) AND \(unescaped: column) = \(party) AND deleted_at IS NULL
              AND is_test = \(call.isTest)\(reach.condition)
              AND (started_at, id) \(unescaped: than) (\(call.startedAt), \(call.id))
            ORDER BY started_at \(unescaped: direction), id \(unescaped: direction) LIMIT \(limit))
            """
        }
        func both(_ than: StaticString, _ direction: StaticString) -> SQL {
            """
            SELECT * FROM (\(side("from_value", than, direction)) UNION \(side("to_value", than, direction))) AS near
            ORDER BY started_at \(unescaped: direction), id \(unescaped: direction) LIMIT \(limit)
            """
        }
        let results = try await database.tenant(tenant).batch([both("<", "DESC"), both(">", "ASC")])
        return (
            try results[0].map { row throws(PostgresError) in try Call(row: &row) },
            try results[1].map { row throws(PostgresError) in try Call(row: &row) }
        )
    }
}
