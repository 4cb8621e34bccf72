import Models
import Postgres

/// Writes down what was said in a recording.
struct TranscribeCallJob {
    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {}
}
