package protocol JSONScalar: Codable, Sendable {
    init(jsonText: String) throws(JSONScalarError)
    var jsonText: String { get }
    static var example: Self { get }
    static var format: String { get }
    static var schemaDescription: String { get }
}
package struct JSONScalarError: Error {
    package let code: String; package let detail: String
    package init(code: String, detail: String) { self.code = code; self.detail = detail }
}
extension JSONScalar {
    package init(from decoder: any Decoder) throws {
        self = try Self(jsonText: decoder.singleValueContainer().decode(String.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var c = encoder.singleValueContainer(); try c.encode(jsonText)
    }
}
package struct Note: Sendable {
    package static func of(
        _ key: some CodingKey, _ text: String, length: ClosedRange<Int>? = nil, range: ClosedRange<Int>? = nil,
        count: ClosedRange<Int>? = nil
    ) -> Note { Note() }
}
package protocol Noted { static var notes: [Note] { get } }
package struct JSONText: Codable, Sendable, Hashable { package var bytes: [UInt8] }
