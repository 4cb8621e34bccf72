import CLibpq
import FoundationEssentials
import IO
package import Telemetry

/// A session that blocks its thread: for migrations and for the making of test databases, never on a loop.
///
/// It speaks the simple protocol, so a text may hold several statements. One owner at a time.
package final class PostgresSession {
    private let pointer: OpaquePointer

    /// Connects; the server puts no bound on statements.
    package init(url: Secret<String>, applicationName: String) throws(PostgresError) {
        let settings = ConnectionSettings(
            url: url, applicationName: applicationName, connectTimeout: .seconds(5), options: "-c statement_timeout=0")
        pointer = try settings.connect().pointer
    }

    deinit { PQfinish(pointer) }

    /// Runs a blocking closure with a session on a worker thread, and ends the session.
    @discardableResult
    package static func with<Success: Sendable>(
        url: Secret<String>, applicationName: String,
        _ body: @escaping @Sendable (PostgresSession) throws -> Success
    ) async throws -> Success {
        try await ConnectionSettings.threads.run {
            try body(PostgresSession(url: url, applicationName: applicationName))
        }
    }

    /// Runs a text of one or more statements; without a BEGIN in it, all of it is one transaction.
    package func run(_ script: String) throws(PostgresError) {
        let result = PQexec(pointer, script)
        defer { PQclear(result) }
        try check(result)
    }

    /// Runs one statement with parameters and returns its rows as text.
    @discardableResult
    package func rows(_ statement: String, _ parameters: [String] = []) throws(PostgresError) -> [[String?]] {
        let result = CStrings(parameters).withPointers { values in
            PQexecParams(pointer, statement, Int32(parameters.count), nil, values, nil, nil, 0)
        }
        defer { PQclear(result) }
        try check(result)
        return (0..<PQntuples(result)).map { row in
            (0..<PQnfields(result)).map { column in
                guard PQgetisnull(result, row, column) == 0, let text = PQgetvalue(result, row, column) else {
                    return nil
                }
                return String(cString: text)
            }
        }
    }

    /// A text as an SQL literal, for the statements that take no parameters.
    package static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
    }

    private func check(_ result: OpaquePointer?) throws(PostgresError) {
        guard let result else { throw .unavailable(lastMessage(of: pointer)) }
        switch PQresultStatus(result) {
        case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: return
        default: throw .from(result, statement: nil)
        }
    }
}
