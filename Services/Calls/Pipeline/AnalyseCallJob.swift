import Models
import Postgres

/// Makes an analysis of a transcript.
struct AnalyseCallJob {
    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {}
}
