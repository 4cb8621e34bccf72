import FoundationEssentials
package import JSON
package import Models

/// One row of an answer, read by position.
package struct PostgresRow: Sendable {
    let handle: ResultHandle
    let index: Int32

    /// The value of a column, counted from 0.
    package func decode<Value: PostgresDecodable>(
        _ column: Int, as type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try Value.decode(handle.cell(row: index, column: Int32(column)))
    }

    /// The identifier in a column, counted from 0.
    package func decode<ID: EntityID>(_ column: Int, as type: ID.Type = ID.self) throws(PostgresError) -> ID {
        ID(try .decode(handle.cell(row: index, column: Int32(column))))
    }

    /// Reads the columns in order.
    package func reader() -> RowReader { RowReader(handle: handle, row: index) }
}

/// Reads the columns of one row from left to right.
package struct RowReader {
    private let handle: ResultHandle
    private let row: Int32
    private var column: Int32 = 0

    init(handle: ResultHandle, row: Int32) {
        self.handle = handle
        self.row = row
    }

    private mutating func cell() throws(PostgresError) -> PostgresCell {
        let cell = try handle.cell(row: row, column: column)
        column += 1
        return cell
    }

    /// The next column's value.
    package mutating func next<Value: PostgresDecodable>(
        _ type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try Value.decode(cell())
    }

    /// The next column's identifier.
    package mutating func next<ID: EntityID>(_ type: ID.Type = ID.self) throws(PostgresError) -> ID {
        ID(try .decode(cell()))
    }

    /// The next column's identifier, or nil for null.
    package mutating func next<ID: EntityID>(_ type: ID?.Type = ID?.self) throws(PostgresError) -> ID? {
        let cell = try cell()
        return cell.bytes == nil ? nil : ID(try .decode(cell))
    }

    /// The next column's identifiers, out of `uuid[]`.
    package mutating func next<ID: EntityID>(_ type: [ID].Type = [ID].self) throws(PostgresError) -> [ID] {
        let uuids = try UUID.decodeArray(cell())
        return uuids.map { ID($0) }
    }

    /// The next column's text as a case of an enum.
    @_disfavoredOverload
    package mutating func next<Value: RawRepresentable>(
        _ type: Value.Type = Value.self
    ) throws(PostgresError) -> Value where Value.RawValue: PostgresDecodable {
        try Value.decodeRaw(cell())
    }

    /// The next column's text as a case of an enum, or nil for null.
    @_disfavoredOverload
    package mutating func next<Value: RawRepresentable>(
        _ type: Value?.Type = Value?.self
    ) throws(PostgresError) -> Value? where Value.RawValue: PostgresDecodable {
        let cell = try cell()
        return cell.bytes == nil ? nil : try Value.decodeRaw(cell)
    }

    /// The next column's text as a string-shaped value of the wire.
    @_disfavoredOverload
    package mutating func next<Value: JSONScalar>(
        _ type: Value.Type = Value.self
    ) throws(PostgresError) -> Value {
        try Value.decodeText(cell())
    }

    /// The next column's text as a string-shaped value of the wire, or nil for null.
    @_disfavoredOverload
    package mutating func next<Value: JSONScalar>(
        _ type: Value?.Type = Value?.self
    ) throws(PostgresError) -> Value? {
        let cell = try cell()
        return cell.bytes == nil ? nil : try Value.decodeText(cell)
    }
}

extension RawRepresentable where RawValue: PostgresDecodable {
    fileprivate static func decodeRaw(_ cell: PostgresCell) throws(PostgresError) -> Self {
        guard let value = Self(rawValue: try RawValue.decode(cell)) else { throw cell.mismatch(Self.self) }
        return value
    }
}

extension JSONScalar {
    fileprivate static func decodeText(_ cell: PostgresCell) throws(PostgresError) -> Self {
        let text = try String.decode(cell)
        do { return try Self(jsonText: text) } catch { throw cell.mismatch(Self.self) }
    }
}

/// A type that reads itself from the columns of a row, in the order of the statement's list.
package protocol PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError)
}
