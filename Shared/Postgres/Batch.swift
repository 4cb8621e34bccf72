import CLibpq

/// The batch that a connection is waiting for: which answers have come, and whom to tell.
struct Batch {
    let id: UInt64
    /// Nil after the caller was told that the batch was given up.
    var continuation: CheckedContinuation<[PostgresResult], any Error>?
    let statements: [SQL]
    /// Milliseconds of the loop's clock.
    var deadline: UInt64
    var commands: [BatchCommand] = []
    private(set) var results: [PostgresResult] = []
    /// The first failure; the server skips all that follows it up to the Sync.
    private(set) var error: PostgresError?
    /// Whether the session must end with the batch, because it is not as the code believes.
    private(set) var spoilsConnection = false
    private var answered = 0

    init(
        id: UInt64, _ continuation: CheckedContinuation<[PostgresResult], any Error>, _ statements: [SQL],
        deadline: UInt64
    ) {
        self.id = id
        self.continuation = continuation
        self.statements = statements
        self.deadline = deadline
        results.reserveCapacity(statements.count)
    }

    /// Takes one answer over; returns true when it was the Sync's, the last one.
    mutating func take(_ result: OpaquePointer, cache: inout StatementCache) -> Bool {
        let status = PQresultStatus(result)
        guard answered < commands.count else {
            PQclear(result)
            return false
        }
        let command = commands[answered]
        answered += 1
        if case .statement = command, status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK {
            results.append(PostgresResult(owning: result))
            return false
        }
        switch status {
        case PGRES_PIPELINE_SYNC, PGRES_TUPLES_OK, PGRES_COMMAND_OK:
            break
        case PGRES_PIPELINE_ABORTED:
            undo(command, &cache)
        case PGRES_FATAL_ERROR:
            undo(command, &cache)
            if error == nil { error = .from(result, statement: text(of: command)) }
            if error?.isStaleStatement == true { cache.removeAll() }
            if error?.sqlState == "26000" { spoilsConnection = true }
        default:
            // An empty text, or COPY, after which the session cannot go on.
            spoilsConnection = true
            error = error ?? PostgresError(.server, "the statement is empty or COPY")
        }
        PQclear(result)
        return status == PGRES_PIPELINE_SYNC
    }

    private mutating func undo(_ command: BatchCommand, _ cache: inout StatementCache) {
        switch command {
        case .prepare(let key, _): cache.remove(key)
        case .opening: spoilsConnection = true
        case .deallocate, .statement, .sync: break
        }
    }

    private func text(of command: BatchCommand) -> String? {
        switch command {
        case .prepare(_, let index), .statement(let index): statements[index].text
        case .opening, .deallocate, .sync: nil
        }
    }
}
