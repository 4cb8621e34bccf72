import JSON
import Models

/// All that a provider has said of one call so far: reports add up to the same, in whatever order and however often
/// they come.
///
/// Each field keeps the statement that counts most: of the latest phase of the call, then of the provider's own order,
/// then of the latest time; of two with all these alike, the greater one.
struct CallAccount: Codable, Sendable, Equatable {
    /// How much a statement counts.
    struct Stamp: Codable, Sendable, Hashable, Comparable {
        /// Of the call when it was made: 0 registered, 1 ringing, 2 in progress, 3 over.
        var phase: Int
        var order: Int
        var at: Timestamp

        static func < (left: Stamp, right: Stamp) -> Bool {
            (left.phase, left.order, left.at) < (right.phase, right.order, right.at)
        }
    }

    /// A statement and how much it counts.
    struct Said<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
        var stamp: Stamp
        var value: Value
    }

    private(set) var direction: Said<CallDirection>?
    private(set) var from: Said<String>?
    private(set) var to: Said<String>?
    private(set) var status: Said<CallStatus>?
    private(set) var providerStatus: Said<String>?
    private(set) var startedAt: Timestamp?
    private(set) var answeredAt: Timestamp?
    private(set) var endedAt: Timestamp?
    private(set) var durationSeconds: Said<Double>?
    private(set) var agent: Said<AgentHint>?
    private(set) var language: Said<String>?
    private(set) var recording: Said<RecordingReference>?
    /// All files of the call itself that have names, by these.
    private(set) var recordings: [String: Said<RecordingReference>]?
    private(set) var transcript: Said<ProvidedTranscript>?
    private(set) var summary: Said<String>?
    private(set) var linkedID: Said<String>?
    /// By their ids.
    private(set) var legs: [String: Said<CallLeg>]
    /// The top-level members of the metadata, each for itself.
    private(set) var metadata: [String: Said<JSONValue>]
    /// When anything was reported first, and when the end was.
    private(set) var firstReportedAt: Timestamp?
    private(set) var endReportedAt: Timestamp?

    init() {
        legs = [:]
        metadata = [:]
    }

    /// Takes a report in; the same again changes nothing.
    mutating func take(_ report: CallReport) {
        let at = report.reportedAt.inMilliseconds
        let stamp = Stamp(phase: report.status?.phase ?? 0, order: report.order, at: at)
        Self.raise(&direction, report.direction, stamp)
        Self.raise(&from, report.from, stamp)
        Self.raise(&to, report.to, stamp)
        Self.raise(&status, report.status, stamp)
        Self.raise(&providerStatus, report.providerStatus, stamp)
        Self.raise(&durationSeconds, report.durationSeconds, stamp)
        Self.raise(&agent, report.agent, stamp)
        Self.raise(&language, report.language, stamp)
        Self.raise(&recording, report.recording, stamp)
        if let file = report.recording, let name = file.name {
            var files = recordings ?? [:]
            Self.raise(&files[name], file, stamp)
            recordings = files
        }
        Self.raise(&transcript, report.transcript, stamp, by: Self.isFuller)
        Self.raise(&summary, report.summary, stamp)
        Self.raise(&linkedID, report.linkedID, stamp)
        startedAt = Self.least(startedAt, report.startedAt?.inMilliseconds)
        answeredAt = Self.least(answeredAt, report.answeredAt?.inMilliseconds)
        endedAt = Self.greatest(endedAt, report.endedAt?.inMilliseconds)
        firstReportedAt = Self.least(firstReportedAt, at)
        if report.status?.isOver == true { endReportedAt = Self.least(endReportedAt, at) }
        for leg in report.legs { Self.raise(&legs[leg.id], leg, stamp) }
        for (name, value) in report.metadataMembers { Self.raise(&metadata[name], value, stamp) }
    }

    /// Puts other words in the place of what the provider wrote down.
    mutating func replaceWords(by other: ProvidedTranscript) { transcript?.value = other }

    /// Whether an account differs from an earlier one in nothing but the words of a call that runs.
    func isMoreWords(than earlier: CallAccount) -> Bool {
        guard let transcript, transcript.value.isPartial, transcript != earlier.transcript else { return false }
        var other = earlier
        other.transcript = transcript
        return other == self
    }

    private static func raise<Value: Codable & Sendable & Equatable>(
        _ field: inout Said<Value>?, _ value: Value?, _ stamp: Stamp,
        by isGreater: (Value, Value) -> Bool = CallAccount.isGreater
    ) {
        guard let value else { return }
        guard let present = field else {
            field = Said(stamp: stamp, value: value)
            return
        }
        guard present.stamp <= stamp, present.value != value || present.stamp != stamp else { return }
        if present.stamp == stamp, !isGreater(value, present.value) { return }
        field = Said(stamp: stamp, value: value)
    }

    /// What is said of a call that runs only grows.
    private static func isFuller(_ left: ProvidedTranscript, _ right: ProvidedTranscript) -> Bool {
        let (words, others) = (left.size, right.size)
        return words == others ? isGreater(left, right) : words > others
    }

    private static func isGreater<Value: Encodable>(_ left: Value, _ right: Value) -> Bool {
        do {
            return try JSON.encode(right).lexicographicallyPrecedes(try JSON.encode(left))
        } catch {
            return false
        }
    }

    private static func least(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
        guard let left, let right else { return left ?? right }
        return min(left, right)
    }

    private static func greatest(_ left: Timestamp?, _ right: Timestamp?) -> Timestamp? {
        guard let left, let right else { return left ?? right }
        return max(left, right)
    }
}

extension CallReport {
    /// The members of the metadata; none for what is no object.
    fileprivate var metadataMembers: [(String, JSONValue)] {
        guard let metadata else { return [] }
        do {
            guard case .object(let members) = try metadata.decode(JSONValue.self) else { return [] }
            return members.map { ($0.name, $0.value) }
        } catch {
            return []
        }
    }
}

extension CallStatus {
    /// Where in its life a call of this status is; it never goes back.
    var phase: Int {
        switch self {
        case .registered: 0
        case .ringing: 1
        case .inProgress: 2
        case .completed, .busy, .failed, .voicemail, .cancelled, .noAnswer: 3
        }
    }

    var isOver: Bool { phase == 3 }

    /// Of the ends of several legs the one that the call had: who spoke counts more than who did not.
    var weight: Int {
        switch self {
        case .registered: 0
        case .ringing: 1
        case .cancelled: 2
        case .failed: 3
        case .noAnswer: 4
        case .busy: 5
        case .voicemail: 6
        case .inProgress: 7
        case .completed: 8
        }
    }
}

extension Timestamp {
    /// As the wire carries it, so that what is read back compares equal.
    var inMilliseconds: Timestamp { Timestamp(microseconds: microseconds - microseconds % 1_000) }
}
