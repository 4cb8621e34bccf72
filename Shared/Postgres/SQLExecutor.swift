/// What stores ask for: a tenant's tables, an open transaction, or the tables that belong to no tenant.
///
/// A store that takes `some SQLExecutor` works inside and outside of a transaction alike.
package protocol SQLExecutor: Sendable {
    /// Runs statements in one round trip and, outside of a transaction, as one: all of them take effect or none.
    ///
    /// The answers come in the statements' order. Throws `PostgresError`, or `CancellationError` when the task was
    /// cancelled.
    func batch(_ statements: [SQL]) async throws -> [PostgresResult]
}

extension SQLExecutor {
    private func run(_ statement: SQL) async throws -> PostgresResult {
        guard let result = try await batch([statement]).first else {
            throw PostgresError(.server, "the statement had no answer")
        }
        return result
    }

    /// All rows of a statement.
    package func query(_ statement: SQL) async throws -> [PostgresRow] {
        try await run(statement).rows
    }

    /// All rows of a statement, each read as a type.
    package func query<Row: PostgresRowDecodable>(_ statement: SQL, as type: Row.Type = Row.self) async throws -> [Row]
    {
        try await run(statement).map { reader throws(PostgresError) in try Row(row: &reader) }
    }

    /// All rows of a statement, each read by a closure.
    package func query<Row>(
        _ statement: SQL, _ read: (inout RowReader) throws -> Row
    ) async throws -> [Row] {
        try await run(statement).map(read)
    }

    /// The first row of a statement, or nil when there is none.
    package func first(_ statement: SQL) async throws -> PostgresRow? {
        try await run(statement).rows.first
    }

    /// The first row of a statement read as a type, or nil when there is none.
    package func first<Row: PostgresRowDecodable>(_ statement: SQL, as type: Row.Type = Row.self) async throws -> Row? {
        try await run(statement).first { reader throws(PostgresError) in try Row(row: &reader) }
    }

    /// The first row of a statement read by a closure, or nil when there is none.
    package func first<Row>(
        _ statement: SQL, _ read: (inout RowReader) throws -> Row
    ) async throws -> Row? {
        try await run(statement).first(read)
    }

    /// The first column of the first row, or nil when there is no row.
    package func value<Value: PostgresDecodable>(
        _ statement: SQL, as type: Value.Type = Value.self
    ) async throws -> Value? {
        try await run(statement).first { reader throws(PostgresError) in try reader.next(Value.self) }
    }

    /// The first column of every row.
    package func values<Value: PostgresDecodable>(
        _ statement: SQL, as type: Value.Type = Value.self
    ) async throws -> [Value] {
        try await run(statement).map { reader throws(PostgresError) in try reader.next(Value.self) }
    }

    /// Runs a statement for its effect; returns how many rows it touched.
    @discardableResult
    package func execute(_ statement: SQL) async throws -> Int {
        try await run(statement).affectedRows
    }
}
