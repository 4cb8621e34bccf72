package import Models

extension Int: PostgresScalar {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }

    package func write(into bytes: inout [UInt8]) { bytes.append(bigEndian: Int64(self)) }
}

extension Int64: PostgresScalar {
    package static var postgresType: PostgresType { .int8 }
    package static var postgresArrayType: PostgresType { .int8Array }

    package func write(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Int32: PostgresScalar {
    package static var postgresType: PostgresType { .int4 }
    package static var postgresArrayType: PostgresType { .int4Array }

    package func write(into bytes: inout [UInt8]) { bytes.append(bigEndian: self) }
}

extension Double: PostgresScalar {
    package static var postgresType: PostgresType { .float8 }
    package static var postgresArrayType: PostgresType { .float8Array }

    package func write(into bytes: inout [UInt8]) { bytes.append(bigEndian: bitPattern) }
}

extension Bool: PostgresScalar {
    package static var postgresType: PostgresType { .bool }
    package static var postgresArrayType: PostgresType { .boolArray }

    package func write(into bytes: inout [UInt8]) { bytes.append(self ? 1 : 0) }
}

extension String: PostgresScalar {
    package static var postgresType: PostgresType { .text }
    package static var postgresArrayType: PostgresType { .textArray }

    package func write(into bytes: inout [UInt8]) { bytes.append(contentsOf: utf8) }
}

extension Timestamp: PostgresScalar {
    /// PostgreSQL counts from 1 January 2000.
    static let epochOffset: Int64 = 946_684_800_000_000

    package static var postgresType: PostgresType { .timestamptz }
    package static var postgresArrayType: PostgresType { .timestamptzArray }

    package func write(into bytes: inout [UInt8]) { bytes.append(bigEndian: microseconds &- Self.epochOffset) }
}

extension LocalDate: PostgresScalar {
    /// PostgreSQL counts from 1 January 2000.
    static let epochOffset = 10_957

    package static var postgresType: PostgresType { .date }
    package static var postgresArrayType: PostgresType { .dateArray }

    package func write(into bytes: inout [UInt8]) {
        bytes.append(bigEndian: Int32(daysSince1970 - Self.epochOffset))
    }
}

extension Duration: PostgresBindable {
    package static var postgresType: PostgresType { .interval }

    /// Binds an interval of microseconds, without days and months, whose length would depend on the calendar.
    package func bind(into parameters: inout ParameterWriter) {
        let (seconds, attoseconds) = components
        parameters.value(.interval) { bytes in
            bytes.append(bigEndian: seconds &* 1_000_000 &+ attoseconds / 1_000_000_000_000)
            bytes.append(bigEndian: Int32(0))
            bytes.append(bigEndian: Int32(0))
        }
    }
}
