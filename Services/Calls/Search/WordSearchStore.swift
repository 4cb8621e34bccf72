import FoundationEssentials
import Models
import Postgres

/// Finds the calls whose transcripts have some words.
struct WordSearchStore: Sendable {
    /// How many calls of a search are ordered; words that are more common are found by looking through calls one by one.
    static let bound = 5_000
    /// Tenants with so many calls are searched at once, others day by day.
    static let searchedAtOnce = 20_000

    /// The newest calls whose transcripts have all words.
    struct Newest: Sendable {
        /// The newest first.
        var ids: [CallID]
        /// Whether there are no others.
        var isWhole: Bool
        /// How many there are, whole or estimated by how often they were found.
        var count: Int
    }

    let rows: TenantDatabase

    /// The newest calls between two instants, as many as are wanted or more.
    ///
    /// Days are searched from the newest back, so words that were said a million times are found as quickly as others.
    func newest(_ words: String, wanted: Int, since: SQL, until: SQL) async throws -> Newest {
        let found = try await rows.first(
            """
            SELECT call_ids, is_whole, estimate FROM search_newest_transcripts(
                \(words)::tsquery, \(Int32(clamping: wanted)), \(Int32(Self.bound)), \(Int32(Self.searchedAtOnce)),
                \(since), \(until))
            """
        ) { row in
            let ids = try row.next([UUID].self).map { CallID($0) }
            return Newest(ids: ids, isWhole: try row.next(Bool.self), count: try row.next(Int.self))
        }
        return found ?? Newest(ids: [], isWhole: true, count: 0)
    }

    /// All calls that have the words, in no order; nil when there are too many to be ordered.
    func all(_ words: String) async throws -> [CallID]? {
        let found = try await rows.query(
            "SELECT call_id FROM search_transcripts(\(words)::tsquery, \(Int32(Self.bound + 1)))"
        ) { row in try row.next(CallID.self) }
        return found.count > Self.bound ? nil : found
    }
}
