import JSON
import Models
import Postgres

/// The scorecards' rows; the call is one that the caller sees.
struct ScorecardStore: Sendable {
    private static let columns: StaticString =
        "id, call_id, scorer_id, score, categories, comment, version, created_at, updated_at"

    let rows: any SQLExecutor

    func list(of call: CallID, in tenant: TenantID) async throws -> [CallsAPI.Scorecard] {
        try await rows.query(
            """
            SELECT \(unescaped: Self.columns) FROM call_scorecards WHERE tenant_id = \(tenant) AND call_id = \(call)
            ORDER BY created_at, id LIMIT 200
            """, Self.read)
    }

    /// Somebody's own, made or changed.
    func put(
        _ wanted: CallsAPI.PutScorecard, on call: CallID, by person: UserID, in tenant: TenantID
    ) async throws -> CallsAPI.Scorecard? {
        let score = wanted.categories.reduce(0) { $0 + $1.score } / max(1, wanted.categories.count)
        let categories = try JSONText(encoding: wanted.categories)
        return try await rows.first(
            """
            INSERT INTO call_scorecards (tenant_id, id, call_id, scorer_id, score, categories, comment)
            VALUES (\(tenant), \(ScorecardID.make()), \(call), \(person), \(Int32(score)), \(categories), \(wanted.comment))
            ON CONFLICT ON CONSTRAINT call_scorecards_scorer_key DO UPDATE SET score = excluded.score,
                categories = excluded.categories, comment = excluded.comment,
                version = call_scorecards.version + 1, updated_at = now()
            RETURNING \(unescaped: Self.columns)
            """, Self.read)
    }

    func delete(on call: CallID, by person: UserID, in tenant: TenantID) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM call_scorecards WHERE tenant_id = \(tenant) AND call_id = \(call) AND scorer_id = \(person)
            """) > 0
    }

    private static let read: @Sendable (inout RowReader) throws -> CallsAPI.Scorecard = { row in
        let (id, call, scorer) = (
            try row.next(ScorecardID.self), try row.next(CallID.self), try row.next(UserID.self)
        )
        let (score, categories) = (try row.next(Int32.self), try row.next(JSONText.self))
        return CallsAPI.Scorecard(
            id: id, callID: call, scorerID: scorer, score: Int(score),
            categories: try categories.decode([CallsAPI.ScoredCategory].self), comment: try row.next(String?.self),
            version: try row.next(Int64.self), createdAt: try row.next(Timestamp.self),
            updatedAt: try row.next(Timestamp.self))
    }
}
