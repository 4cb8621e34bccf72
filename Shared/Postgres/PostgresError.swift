/// What went wrong between this process and PostgreSQL, for code to match on and operators to read.
///
/// `description` reveals nothing. `debugDescription` names statement, state, constraint and message, but never the
/// server's DETAIL nor the message of a data exception: those quote the row's values.
package struct PostgresError: Error, Sendable {
    /// What a caller can do about the failure.
    package enum Kind: String, Sendable {
        /// No connection, or the one in use broke: a later attempt may succeed.
        case unavailable
        /// The server refused the statement; `sqlState` says why.
        case server
        /// The statement's time was up and the server was told to stop.
        case deadline
        /// A column does not hold what the code expects.
        case decoding
    }

    package let kind: Kind
    /// The five characters of SQLSTATE, when the server answered.
    package var sqlState: String?
    /// The name of the violated constraint, by which stores recognise an error.
    package var constraint: String?
    /// Whether a statement was sent whose effect is not known, because its answer never came.
    package var isOutcomeUnknown = false
    var message: String
    var table: String?
    var statement: String?

    init(_ kind: Kind, _ message: String) {
        self.kind = kind
        self.message = message
    }

    static func unavailable(_ message: String) -> PostgresError { PostgresError(.unavailable, message) }

    static func decoding(_ message: String) -> PostgresError { PostgresError(.decoding, message) }
}

extension PostgresError {
    /// A unique or exclusion constraint refused the row (SQLSTATE 23505, 23P01).
    package var isDuplicate: Bool { sqlState == "23505" || sqlState == "23P01" }

    /// The transaction lost against another one and may be run again from its start (serialisation, deadlock).
    package var isRetryable: Bool { sqlState == "40001" || sqlState == "40P01" }

    /// The prepared statement is gone or no longer fits the tables; preparing it anew cures that.
    ///
    /// 0A000 is also any unsupported feature, which then fails a second time.
    var isStaleStatement: Bool { sqlState == "26000" || sqlState == "0A000" }

    /// States in which the server, not the statement, is the problem.
    static func kind(ofState state: String) -> Kind {
        // 57014: statement_timeout or a cancel request.
        if state == "57014" { return .deadline }
        // 08: connection exception, 53: insufficient resources, 57P0x: shutdown or start-up, 25P03: idle for too long.
        let isServer = state.hasPrefix("08") || state.hasPrefix("53") || state.hasPrefix("57P") || state == "25P03"
        return isServer ? .unavailable : .server
    }
}

extension PostgresError: CustomStringConvertible, CustomDebugStringConvertible {
    package var description: String { "database error" }

    package var debugDescription: String {
        var parts = ["PostgresError \(kind.rawValue)"]
        if let sqlState { parts.append("state \(sqlState)") }
        if let constraint { parts.append("constraint \(constraint)") }
        if let table { parts.append("table \(table)") }
        if isOutcomeUnknown { parts.append("outcome unknown") }
        // Class 22 is "data exception": its message quotes the offending value.
        if sqlState?.hasPrefix("22") != true { parts.append(message) }
        if let statement { parts.append("in: \(statement)") }
        return parts.joined(separator: ", ")
    }
}
