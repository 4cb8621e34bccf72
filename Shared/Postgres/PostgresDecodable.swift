package import FoundationEssentials
package import Models

/// One cell of an answer in binary form: its declared type and its bytes, which are nil for null.
package struct PostgresCell {
    package let type: PostgresType
    let column: Int32
    /// Valid only during the call that was handed the cell.
    package let bytes: UnsafeRawBufferPointer?

    /// The bytes of a cell that must not be null and must have one of the types.
    func bytes(_ types: PostgresType..., as target: Any.Type) throws(PostgresError) -> UnsafeRawBufferPointer {
        guard let bytes, types.contains(type) else { throw mismatch(target) }
        return bytes
    }

    /// An integer in network order that fills the whole cell.
    func integer<Value: FixedWidthInteger>(
        _ bytes: UnsafeRawBufferPointer, as type: Value.Type
    ) throws(PostgresError) -> Value {
        guard bytes.count == MemoryLayout<Value>.size else { throw mismatch(type) }
        return Value(bigEndian: bytes.loadUnaligned(as: Value.self))
    }

    /// The error of a column that cannot be read as a type; says what is there, never its value.
    package func mismatch(_ target: Any.Type) -> PostgresError {
        let found = bytes == nil ? "null" : "unexpected value"
        return .decoding("column \(column): \(found) of type \(type.oid) read as \(target)")
    }
}

/// A value that can be read from a column in PostgreSQL's binary form.
package protocol PostgresDecodable {
    static func decode(_ cell: PostgresCell) throws(PostgresError) -> Self
}

extension Optional: PostgresDecodable where Wrapped: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Wrapped? {
        cell.bytes == nil ? nil : try Wrapped.decode(cell)
    }
}

extension Int64: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int64 {
        let bytes = try cell.bytes(.int8, .int4, .int2, as: Int64.self)
        switch cell.type {
        case .int2: return Int64(try cell.integer(bytes, as: Int16.self))
        case .int4: return Int64(try cell.integer(bytes, as: Int32.self))
        default: return try cell.integer(bytes, as: Int64.self)
        }
    }
}

extension Int: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int { Int(try Int64.decode(cell)) }
}

extension Int32: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Int32 {
        guard let value = Int32(exactly: try Int64.decode(cell)) else { throw cell.mismatch(Int32.self) }
        return value
    }
}

extension Double: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Double {
        let bytes = try cell.bytes(.float8, .float4, as: Double.self)
        guard cell.type == .float4 else { return Double(bitPattern: try cell.integer(bytes, as: UInt64.self)) }
        return Double(Float(bitPattern: try cell.integer(bytes, as: UInt32.self)))
    }
}

extension Bool: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Bool {
        let bytes = try cell.bytes(.bool, as: Bool.self)
        return try cell.integer(bytes, as: UInt8.self) != 0
    }
}

extension String: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> String {
        // The client encoding is UTF-8, so the server has checked the bytes.
        String(decoding: try cell.bytes(.text, .varchar, .bpchar, .name, .json, as: String.self), as: UTF8.self)
    }
}

extension UUID: PostgresDecodable {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> UUID {
        let bytes = try cell.bytes(.uuid, as: UUID.self)
        guard bytes.count == 16 else { throw cell.mismatch(UUID.self) }
        return UUID(uuid: bytes.loadUnaligned(as: uuid_t.self))
    }
}

extension Timestamp: PostgresDecodable {
    /// Reads an instant; `infinity` is refused, since the wire has no such value.
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> Timestamp {
        let value = try cell.integer(cell.bytes(.timestamptz, as: Timestamp.self), as: Int64.self)
        let (microseconds, overflow) = value.addingReportingOverflow(epochOffset)
        guard value != .min, !overflow else { throw cell.mismatch(Timestamp.self) }
        return Timestamp(microseconds: microseconds)
    }
}

extension LocalDate: PostgresDecodable {
    /// Reads a day; `infinity` is refused.
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> LocalDate {
        let value = try cell.integer(cell.bytes(.date, as: LocalDate.self), as: Int32.self)
        guard value != .min, value != .max else { throw cell.mismatch(LocalDate.self) }
        return LocalDate(daysSince1970: Int(value) + epochOffset)
    }
}
