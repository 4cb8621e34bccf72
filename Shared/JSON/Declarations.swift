// Stand-ins with the final signatures, until the coders of this module come.
import FoundationEssentials

package enum JSON {
    package static func encode<T: Encodable>(_ value: T) throws(JSONEncodingError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        do { return [UInt8](try encoder.encode(value)) } catch { throw JSONEncodingError(reason: "\(error)") }
    }
    package enum UnknownKeys: Sendable { case refuse, ignore }
    package static func decode<T: Decodable>(
        _ type: T.Type, from bytes: [UInt8], unknownKeys: UnknownKeys = .refuse
    ) throws(JSONDecodingError) -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do { return try decoder.decode(type, from: Data(bytes)) } catch {
            throw JSONDecodingError(syntax: nil, fields: [JSONFieldError(pointer: "", code: "invalid", detail: "\(error)")])
        }
    }
}
package struct JSONEncodingError: Error { package let reason: String }
package struct JSONFieldError: Sendable, Hashable {
    package let pointer: String
    package let code: String
    package let detail: String
    package init(pointer: String, code: String, detail: String) {
        self.pointer = pointer
        self.code = code
        self.detail = detail
    }
}
package struct JSONDecodingError: Error {
    package struct Syntax: Sendable, Hashable { package let offset: Int; package let reason: String }
    package let syntax: Syntax?
    package let fields: [JSONFieldError]
}
package protocol JSONScalar: Codable, Sendable {
    init(jsonText: String) throws(JSONScalarError)
    var jsonText: String { get }
    static var example: Self { get }
    static var format: String { get }
    static var schemaDescription: String { get }
}
package struct JSONScalarError: Error {
    package let code: String
    package let detail: String
    package init(code: String, detail: String) {
        self.code = code
        self.detail = detail
    }
}
extension JSONScalar {
    package init(from decoder: any Decoder) throws {
        self = try Self(jsonText: decoder.singleValueContainer().decode(String.self))
    }
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(jsonText)
    }
}
package struct Note: Sendable {
    package static func of(
        _ key: some CodingKey, _ text: String, length: ClosedRange<Int>? = nil, range: ClosedRange<Int>? = nil,
        count: ClosedRange<Int>? = nil
    ) -> Note { Note() }
}
package protocol Noted { static var notes: [Note] { get } }
package struct JSONText: Codable, Sendable, Hashable {
    package let bytes: [UInt8]
    package init(validated bytes: [UInt8]) { self.bytes = bytes }
    package init<T: Encodable>(encoding value: T) throws(JSONEncodingError) { bytes = try JSON.encode(value) }
    package func decode<T: Decodable>(_ type: T.Type) throws(JSONDecodingError) -> T { try JSON.decode(type, from: bytes, unknownKeys: .ignore) }
    package static let emptyObject = JSONText(validated: Array("{}".utf8))
}
package enum Patch<Value: Codable & Sendable>: Sendable, Codable { case absent, null, value(Value) }
