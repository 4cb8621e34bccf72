package import FoundationEssentials

/// A value that can be bound to a statement's parameter, in PostgreSQL's binary form.
package protocol PostgresBindable {
    /// The type that the parameter is declared as.
    static var postgresType: PostgresType { get }
    /// Appends the value, or null.
    func bind(into parameters: inout ParameterWriter)
}

/// The parameters of one statement: all values in one buffer, big-endian as the protocol has them.
package struct ParameterWriter: Sendable {
    /// Where one value lies; a negative length is SQL's null.
    struct Entry: Sendable {
        var type: PostgresType
        var offset: Int
        var length: Int
    }

    private(set) var bytes: [UInt8] = []
    private(set) var entries: [Entry] = []

    /// Binds one value whose bytes the closure appends.
    mutating func value(_ type: PostgresType, _ write: (inout [UInt8]) -> Void) {
        let offset = bytes.count
        write(&bytes)
        entries.append(Entry(type: type, offset: offset, length: bytes.count - offset))
    }

    /// Binds SQL's null.
    mutating func null(_ type: PostgresType) {
        entries.append(Entry(type: type, offset: 0, length: -1))
    }

    /// Takes over another statement's parameters, in order.
    mutating func append(_ other: ParameterWriter) {
        let shift = bytes.count
        bytes += other.bytes
        entries += other.entries.map { Entry(type: $0.type, offset: $0.offset + shift, length: $0.length) }
    }
}

extension [UInt8] {
    /// Appends an integer in network order.
    mutating func append<Value: FixedWidthInteger>(bigEndian value: Value) {
        Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
    }
}

extension Optional: PostgresBindable where Wrapped: PostgresBindable {
    package static var postgresType: PostgresType { Wrapped.postgresType }

    package func bind(into parameters: inout ParameterWriter) {
        guard let self else { return parameters.null(Wrapped.postgresType) }
        self.bind(into: &parameters)
    }
}

extension PostgresBindable where Self: RawRepresentable, RawValue: PostgresBindable {
    /// The raw value's type: an enum of texts is stored as text.
    package static var postgresType: PostgresType { RawValue.postgresType }

    package func bind(into parameters: inout ParameterWriter) { rawValue.bind(into: &parameters) }
}

/// A scalar that can be bound alone and as an element of an array.
package protocol PostgresScalar: PostgresBindable, PostgresArrayElement {
    /// The type of an array of such scalars.
    static var postgresArrayType: PostgresType { get }
    /// Appends the binary form.
    func write(into bytes: inout [UInt8])
}

extension PostgresScalar {
    package func bind(into parameters: inout ParameterWriter) {
        parameters.value(Self.postgresType) { write(into: &$0) }
    }

    /// Binds an array of one dimension, without nulls.
    package static func bindArray(_ array: [Self], into parameters: inout ParameterWriter) {
        parameters.value(postgresArrayType) { bytes in
            bytes.append(bigEndian: Int32(array.isEmpty ? 0 : 1))
            bytes.append(bigEndian: Int32(0))
            bytes.append(bigEndian: postgresType.oid)
            guard !array.isEmpty else { return }
            bytes.append(bigEndian: Int32(array.count))
            bytes.append(bigEndian: Int32(1))
            for element in array {
                let start = bytes.count
                bytes.append(bigEndian: Int32(0))
                element.write(into: &bytes)
                let length = UInt32(bytes.count - start - 4)
                for index in 0..<4 {
                    bytes[start + index] = UInt8(truncatingIfNeeded: length >> (24 - 8 * UInt32(index)))
                }
            }
        }
    }
}

/// The element of an array that can be bound and read: every scalar, and `UInt8`, whose array is `bytea`.
package protocol PostgresArrayElement {
    /// Appends a whole array as one parameter.
    static func bindArray(_ array: [Self], into parameters: inout ParameterWriter)
    /// The type that a whole array is declared as.
    static var postgresArrayType: PostgresType { get }
}

extension UInt8: PostgresArrayElement {
    package static var postgresArrayType: PostgresType { .bytea }

    /// Binds the bytes as they are.
    package static func bindArray(_ array: [UInt8], into parameters: inout ParameterWriter) {
        parameters.value(.bytea) { $0 += array }
    }
}

extension Array: PostgresBindable where Element: PostgresArrayElement {
    package static var postgresType: PostgresType { Element.postgresArrayType }

    package func bind(into parameters: inout ParameterWriter) { Element.bindArray(self, into: &parameters) }
}

extension UUID: PostgresScalar {
    package static var postgresType: PostgresType { .uuid }
    package static var postgresArrayType: PostgresType { .uuidArray }

    package func write(into bytes: inout [UInt8]) {
        withUnsafeBytes(of: uuid) { bytes.append(contentsOf: $0) }
    }
}
