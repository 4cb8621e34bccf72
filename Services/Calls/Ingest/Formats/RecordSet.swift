/// A record that cannot be read, among others of its payload.
struct UnreadRecord: Sendable, Hashable {
    /// Its place in the payload, from 1.
    var position: Int
    var text: String
    var reason: String
}

/// The records of one payload, each read by itself: one that cannot be read costs no other.
struct RecordSet<Record: Sendable>: Sendable {
    private(set) var records: [Record] = []
    private(set) var unread: [UnreadRecord] = []
    /// How many there were, those included that are none of our business.
    private(set) var count = 0

    /// Takes the next record; nil is none of our business, and other errors than `ProviderError` go on.
    mutating func add(_ text: @autoclosure () -> String, _ read: () throws -> Record?) throws {
        count += 1
        do {
            if let record = try read() { records.append(record) }
        } catch let error as ProviderError {
            unread.append(UnreadRecord(position: count, text: text(), reason: error.detail))
        }
    }

    /// What was made of the records.
    func reading(_ report: (Record) throws -> CallReport) throws -> PayloadReading {
        PayloadReading(reports: try records.map(report), unread: unread)
    }
}

/// What a payload tells of calls, and the records of it that cannot be read.
struct PayloadReading: Sendable {
    var reports: [CallReport]
    var unread: [UnreadRecord] = []

    /// Why nothing could be read; nil when something was, or nothing was there.
    var fault: String? { reports.isEmpty ? unread.first?.reason : nil }
}
