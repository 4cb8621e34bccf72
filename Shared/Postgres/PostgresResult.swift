import CLibpq
import Glibc

/// What the server answered to one statement.
package struct PostgresResult: Sendable {
    private let handle: ResultHandle

    init(owning pointer: OpaquePointer) { handle = ResultHandle(pointer) }

    /// How many rows came back.
    package var count: Int { Int(PQntuples(handle.pointer)) }

    /// How many rows were inserted, changed, deleted or selected.
    package var affectedRows: Int {
        guard let text = PQcmdTuples(handle.pointer) else { return 0 }
        return Int(atoi(text))
    }

    /// Whether the server answered a COMMIT with a rollback, as it does in a failed transaction.
    var isRollback: Bool {
        guard let tag = PQcmdStatus(handle.pointer) else { return false }
        return strcmp(tag, "ROLLBACK") == 0
    }

    /// The rows, which keep the answer's memory alive.
    package var rows: [PostgresRow] { (0..<count).map { PostgresRow(handle: handle, index: Int32($0)) } }

    /// Reads every row through a closure, without an object for each.
    package func map<Row, Failure: Error>(
        _ transform: (inout RowReader) throws(Failure) -> Row
    ) throws(Failure) -> [Row] {
        let count = self.count
        var rows: [Row] = []
        rows.reserveCapacity(count)
        for index in 0..<count {
            var reader = RowReader(handle: handle, row: Int32(index))
            rows.append(try transform(&reader))
        }
        return rows
    }

    /// Reads the first row, if there is one.
    package func first<Row, Failure: Error>(
        _ transform: (inout RowReader) throws(Failure) -> Row
    ) throws(Failure) -> Row? {
        guard count > 0 else { return nil }
        var reader = RowReader(handle: handle, row: 0)
        return try transform(&reader)
    }
}

/// Owns one answer of libpq and frees it.
///
/// Soundness of `@unchecked Sendable`: a `PGresult` is never changed after libpq has handed it out, and reading it from
/// several threads is allowed; it is freed once, by the last holder.
final class ResultHandle: @unchecked Sendable {
    let pointer: OpaquePointer

    init(_ pointer: OpaquePointer) { self.pointer = pointer }

    deinit { PQclear(pointer) }

    /// The type and bytes of one cell; the bytes live as long as the handle.
    func cell(row: Int32, column: Int32) throws(PostgresError) -> PostgresCell {
        guard column >= 0, column < PQnfields(pointer) else {
            throw .decoding("column \(column) of \(PQnfields(pointer))")
        }
        let type = PostgresType(oid: PQftype(pointer, column))
        let length = PQgetlength(pointer, row, column)
        if length == 0, PQgetisnull(pointer, row, column) == 1 {
            return PostgresCell(type: type, column: column, bytes: nil)
        }
        let start = UnsafeRawPointer(PQgetvalue(pointer, row, column))
        return PostgresCell(type: type, column: column, bytes: UnsafeRawBufferPointer(start: start, count: Int(length)))
    }
}
