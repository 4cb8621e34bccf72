import FoundationEssentials
import Models

/// An extension or a number, and whose it is from when to when.
struct Line: Sendable {
    /// The source of lines that belong to no connection in particular.
    static let anySource = "*"

    var id: LineID
    /// A connection's id, or `anySource`.
    var source: String
    var value: String
    var label: String?
    var agentID: UserID?
    var team: String?
    var validFrom: Timestamp?
    var validTo: Timestamp?
    var routing: CallsAPI.LineRouting?
    /// Which channel of a recording carries the agent; nil where that follows from the direction.
    var agentChannel: Int?
    var version: Int64
    var createdAt: Timestamp
    var updatedAt: Timestamp

    /// Reads a line's name as the ends of calls are read; 422 for what names no end of ours.
    static func value(reading text: String, country: String) throws(Failure) -> String {
        let party = Party(reading: text, country: country)
        guard [.phone, .extension, .sip].contains(party.kind) else {
            throw Failure.invalid("/value", "invalid_format", "extension, number or SIP address expected")
        }
        return party.value
    }

    /// 422 when the line would end before it begins.
    static func check(from: Timestamp?, to: Timestamp?) throws(Failure) {
        if let from, let to, to <= from { throw Failure.invalid("/valid_to", "out_of_range", "lies before valid_from") }
    }

    static func source(of connection: ConnectionID?) -> String { connection?.jsonText ?? anySource }

    static func connection(of source: String) -> ConnectionID? { UUID(uuidString: source).map(ConnectionID.init) }
}

/// Whose a call is by the line that it names.
struct LineAssignment: Sendable, Hashable {
    var line: LineID
    var agentID: UserID?
    var team: String?
}

/// A line that calls name and nobody was given.
struct UnknownLine: Sendable, Hashable {
    var value: String
    var source: String
    var calls: Int
    var firstCallAt: Timestamp
    var lastCallAt: Timestamp
}
