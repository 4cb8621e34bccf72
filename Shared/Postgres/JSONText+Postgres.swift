package import JSON

/// JSON passes through as bytes: `jsonb` in binary form is a version byte and the text.
extension JSONText: PostgresScalar, PostgresDecodable {
    private static let version: UInt8 = 1

    package static var postgresType: PostgresType { .jsonb }
    package static var postgresArrayType: PostgresType { .jsonbArray }

    package func write(into bytes: inout [UInt8]) {
        bytes.append(Self.version)
        bytes += self.bytes
    }

    package static func decode(_ cell: PostgresCell) throws(PostgresError) -> JSONText {
        let bytes = try cell.bytes(.jsonb, .json, as: JSONText.self)
        guard cell.type == .jsonb else { return JSONText(validated: Array(bytes)) }
        guard bytes.first == version else { throw cell.mismatch(JSONText.self) }
        return JSONText(validated: Array(bytes.dropFirst()))
    }
}
