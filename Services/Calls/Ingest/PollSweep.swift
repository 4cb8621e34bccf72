import Crypto
import Models

/// How far a phone system's records have been read, so that none is missed and none is told twice.
///
/// Records appear when a call ends, so each sweep begins before the end of the one before: by minutes where records are
/// asked for by their end, by hours where by their beginning. What was told already is known by its digest.
struct PollSweep: Codable, Sendable, Equatable {
    static let pageSize = 500
    static let shortOverlap = Duration.seconds(900)
    /// No call is as long.
    static let longOverlap = Duration.seconds(6 * 3_600)
    /// What is older the first time is for an import.
    static let firstReach = Duration.seconds(86_400)
    /// As many calls as an overlap has at most; beyond it some are told again, which changes nothing.
    private static let mostKnown = 3_000

    /// Everything up to here has been read.
    private var doneUntil: Timestamp
    private(set) var from: Timestamp
    private(set) var to: Timestamp
    /// The next record of the sweep under way; 0 between sweeps.
    private(set) var offset = 0
    /// Digests of what was told in the overlap, the newest last.
    private var known: [String] = []

    init(first now: Timestamp) {
        doneUntil = now - Self.firstReach
        from = doneUntil
        to = now
    }

    /// Starts the next sweep, unless one is under way.
    mutating func begin(at now: Timestamp, overlap: Duration) {
        guard offset == 0 else { return }
        from = doneUntil - overlap
        to = now
    }

    /// Whether a record has not been told yet in this form.
    mutating func isNew(_ id: String, digest bytes: [UInt8]) -> Bool {
        let digest = Base64.url.encode(Array(SHA256.digest(Array(id.utf8) + [0] + bytes).prefix(9)))
        guard !known.contains(digest) else { return false }
        known.append(digest)
        if known.count > Self.mostKnown { known.removeFirst(known.count - Self.mostKnown) }
        return true
    }

    mutating func advance(by count: Int, hasMore: Bool) {
        guard hasMore else {
            doneUntil = to
            offset = 0
            return
        }
        offset += count
    }
}
