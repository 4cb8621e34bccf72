import JSON
import Models

/// Reads the lines of a feed, however they are cut, and gathers what they change.
///
/// A snapshot is gathered apart and takes effect as a whole at its end: a stream that breaks off in the middle of one
/// changes nothing.
struct FeedReader {
    /// What a piece of the stream has brought.
    struct Outcome {
        /// Tables that replace all that was known, before the changes.
        var replacement: FeedTables?
        var changes: [FeedChange] = []
        var sequence: Int64
        /// Whether everything is known that tenancy had committed when the stream began.
        var isCaughtUp = false
    }

    enum ReadError: Error {
        case lineTooLong
        case lineUnreadable
    }

    /// The longest line; a tenant's takes a few hundred bytes.
    private static let longestLine = 1 << 20

    private var partial: [UInt8] = []
    private var snapshot: FeedTables?
    /// The number of the last change that took effect.
    private(set) var sequence: Int64
    /// The highest number that a heartbeat has named; nil before the first.
    private var announced: Int64?

    init(after sequence: Int64) { self.sequence = sequence }

    mutating func read(_ piece: [UInt8]) throws -> Outcome {
        var outcome = Outcome(sequence: sequence)
        var start = piece.startIndex
        while let end = piece[start...].firstIndex(of: 0x0a) {
            if partial.isEmpty {
                try take(Array(piece[start..<end]), &outcome)
            } else {
                partial += piece[start..<end]
                var line: [UInt8] = []
                swap(&line, &partial)
                try take(line, &outcome)
            }
            start = end + 1
        }
        partial += piece[start...]
        guard partial.count <= Self.longestLine else { throw ReadError.lineTooLong }
        outcome.sequence = sequence
        outcome.isCaughtUp = announced.map { sequence >= $0 } ?? false
        return outcome
    }

    private mutating func take(_ line: [UInt8], _ outcome: inout Outcome) throws {
        guard !line.isEmpty else { return }
        let entry: ChangeFeedAPI.Entry
        let change: FeedChange?
        do {
            entry = try JSON.decode(ChangeFeedAPI.Entry.self, from: line, unknownKeys: .ignore)
            change = try FeedChange(entry)
        } catch {
            // Skipping it would leave a gap that nobody sees.
            throw ReadError.lineUnreadable
        }
        switch entry.kind {
        case .snapshotStarted: snapshot = FeedTables()
        case .snapshotFinished:
            guard var complete = snapshot else { return }
            snapshot = nil
            sequence = entry.sequence
            complete.sequence = sequence
            announced = max(announced ?? sequence, sequence)
            outcome.replacement = complete
            // They are part of what was replaced.
            outcome.changes = []
        case .heartbeat: announced = max(announced ?? entry.sequence, entry.sequence)
        default:
            if snapshot != nil {
                if let change { snapshot?.apply(change) }
            } else if entry.sequence > sequence {
                sequence = entry.sequence
                if let change { outcome.changes.append(change) }
            }
        }
    }
}
