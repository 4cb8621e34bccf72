import FoundationEssentials
import Models

/// A scalar whose arrays can be read.
package protocol PostgresDecodableElement: PostgresDecodable {
    /// Reads a whole array; null elements are refused.
    static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [Self]
}

extension PostgresDecodableElement {
    package static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [Self] {
        guard let bytes = cell.bytes, let elementType = cell.type.element else { throw cell.mismatch([Self].self) }
        var offset = 0
        func integer() throws(PostgresError) -> Int {
            guard offset + 4 <= bytes.count else { throw cell.mismatch([Self].self) }
            defer { offset += 4 }
            return Int(Int32(bigEndian: bytes.loadUnaligned(fromByteOffset: offset, as: Int32.self)))
        }
        let dimensions = try integer()
        // Whether there are nulls, and the element type, which the array's own type tells as well.
        _ = try integer()
        _ = try integer()
        guard dimensions > 0 else { return [] }
        guard dimensions == 1 else { throw cell.mismatch([Self].self) }
        let count = try integer()
        _ = try integer()
        var values: [Self] = []
        values.reserveCapacity(count)
        for _ in 0..<count {
            let length = try integer()
            guard length >= 0, offset + length <= bytes.count else { throw cell.mismatch([Self].self) }
            let part = UnsafeRawBufferPointer(rebasing: bytes[offset..<offset + length])
            values.append(try Self.decode(PostgresCell(type: elementType, column: cell.column, bytes: part)))
            offset += length
        }
        return values
    }
}

extension PostgresType {
    /// The element's type, for the array types that are read.
    fileprivate var element: PostgresType? {
        switch self {
        case .textArray: .text
        case .varcharArray: .varchar
        case .uuidArray: .uuid
        case .int8Array: .int8
        case .int4Array: .int4
        case .float8Array: .float8
        case .boolArray: .bool
        case .dateArray: .date
        case .timestamptzArray: .timestamptz
        default: nil
        }
    }
}

extension String: PostgresDecodableElement {}
extension UUID: PostgresDecodableElement {}
extension Int: PostgresDecodableElement {}
extension Int64: PostgresDecodableElement {}
extension Int32: PostgresDecodableElement {}
extension Double: PostgresDecodableElement {}
extension Bool: PostgresDecodableElement {}
extension Timestamp: PostgresDecodableElement {}
extension LocalDate: PostgresDecodableElement {}

extension UInt8: PostgresDecodableElement {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> UInt8 { throw cell.mismatch(UInt8.self) }

    /// Reads `bytea`, and the text of `jsonb` without its version byte.
    package static func decodeArray(_ cell: PostgresCell) throws(PostgresError) -> [UInt8] {
        let bytes = try cell.bytes(.bytea, .jsonb, as: [UInt8].self)
        return cell.type == .jsonb ? Array(bytes.dropFirst()) : Array(bytes)
    }
}

extension Array: PostgresDecodable where Element: PostgresDecodableElement {
    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> [Element] {
        try Element.decodeArray(cell)
    }
}
