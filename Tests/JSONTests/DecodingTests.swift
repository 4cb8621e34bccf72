import FoundationEssentials
import JSON
import Testing

private enum Colour: String, Codable, CaseIterable { case red, green, darkBlue = "dark_blue" }

private struct Even: JSONScalar, Hashable {
    let number: Int
    init(jsonText: String) throws(JSONScalarError) {
        guard let number = Int(jsonText), number % 2 == 0 else {
            throw JSONScalarError(code: "odd", detail: "even number expected")
        }
        self.number = number
    }
    var jsonText: String { String(number) }
    static var example: Even { Even(2) }
    static var format: String { "even" }
    static var schemaDescription: String { "An even number." }
    init(_ number: Int) { self.number = number }
}

private struct Inner: Codable, Equatable {
    var x: Int
    var y: Double?
}

private struct Order: Codable, Equatable, Noted {
    var externalID: String
    var colour: Colour
    var even: Even?
    var inner: Inner
    var list: [Inner]
    var counts: [String: Int]
    var isOpen: Bool
    var id: UUID
    var patch: Patch<Int>
    var text: JSONText?

    static var notes: [Note] {
        [
            .of(CodingKeys.externalID, "The other's id.", length: 1...5), .of(CodingKeys.list, "Things.", count: 0...2),
        ]
    }
}

private let valid = """
    {"external_id":"a\\u00e9\\n","colour":"dark_blue","even":"4","inner":{"x":-9223372036854775808,"y":1.5e3},
     "list":[{"x":1},{"x":2,"y":null}],"counts":{"someKey":1,"other_key":2},"is_open":true,
     "id":"019AA5B5-6C00-7000-8000-000000000001","patch":3,"text":{"free":[1, 2]}}
    """

private func decode<T: Decodable>(_ type: T.Type, _ text: String) throws -> T {
    try JSON.decode(type, from: Array(text.utf8))
}

private func errors<T: Decodable>(_ type: T.Type, _ text: String) -> [String] {
    do {
        _ = try decode(type, text)
        return []
    } catch let error as JSONDecodingError {
        if let syntax = error.syntax { return ["syntax: \(syntax.reason)"] }
        return error.fields.map { "\($0.pointer) \($0.code)" }
    } catch { return ["\(error)"] }
}

@Suite struct DecodingTests {
    @Test func `a document is decoded with names in snake case and dictionaries left alone`() throws {
        let order = try decode(Order.self, valid)
        #expect(order.externalID == "aé\n" && order.colour == .darkBlue && order.even == Even(4))
        #expect(order.inner == Inner(x: .min, y: 1500) && order.list == [Inner(x: 1), Inner(x: 2)])
        #expect(order.counts == ["someKey": 1, "other_key": 2] && order.isOpen && order.patch == .value(3))
        #expect(order.text.map { String(decoding: $0.bytes, as: UTF8.self) } == "{\"free\":[1, 2]}")
    }

    @Test func `what was encoded is decoded to the same`() throws {
        let order = try decode(Order.self, valid)
        #expect(try JSON.decode(Order.self, from: JSON.encode(order)) == order)
    }

    @Test func `every faulty field is named at once with its pointer on the wire`() {
        let found = errors(
            Order.self,
            """
            {"external_id":"","colour":"pink","even":"3","inner":{"x":1.5,"z":1},"list":[{"x":1},{"x":"1"},{"x":3}],
             "counts":{"a/b~":true},"is_open":0,"id":"x","patch":"3","is_open":true,"extra":1}
            """)
        #expect(
            Set(found) == [
                "/external_id too_short", "/list too_long", "/colour not_allowed", "/even odd", "/inner/x wrong_type",
                "/inner/z unknown_key", "/list/1/x wrong_type", "/counts/a~1b~0 wrong_type", "/is_open wrong_type",
                "/id invalid_format", "/patch wrong_type", "/is_open duplicate_key", "/extra unknown_key",
            ])
    }

    @Test func `a NUL is refused where it stands, since no database takes it`() {
        #expect(errors([String].self, #"["a","b\u0000"]"#) == ["/1 not_allowed"])
        #expect(errors([Even].self, #"["2","2\u0000"]"#) == ["/1 not_allowed"])
        #expect(errors([String].self, #"["\\u0000"]"#) == [])
    }

    @Test func `missing fields are named by their names on the wire`() {
        #expect(
            Set(errors(Order.self, "{}")) == [
                "/external_id required", "/colour required", "/inner required", "/list required", "/counts required",
                "/is_open required", "/id required",
            ])
    }

    @Test func `a patch tells absent, null and a value apart`() throws {
        struct Change: Codable, Equatable { var name: Patch<String>; var size: Patch<Int> }
        #expect(try decode(Change.self, "{}") == Change(name: .absent, size: .absent))
        #expect(try decode(Change.self, #"{"name":null,"size":2}"#) == Change(name: .null, size: .value(2)))
        #expect(
            String(decoding: try JSON.encode(Change(name: .absent, size: .null)), as: UTF8.self) == #"{"size":null}"#)
    }

    @Test(arguments: [
        "", " ", "{", "[1,]", "{\"a\":1,}", "{\"a\" 1}", "{a:1}", "[1 2]", "01", "-", "1.", ".5", "1e", "+1", "NaN",
        "tru", "nul",
        "\"", "\"\\x\"", "\"\\u12\"", "\"\\ud800\"", "\"\\udc00\"", "\"\\ud800\\u0041\"", "\"\u{1}\"", "\u{feff}1",
        "1 2", "[1]]",
        "'a'", "[1,,2]", "{\"a\":}", "// x\n1", "\"\n\"",
    ])
    func `what is no JSON is refused with its place`(text: String) {
        let found = errors(JSONValue.self, text)
        #expect(found.count == 1 && found.first?.hasPrefix("syntax") == true)
    }

    @Test(
        arguments: [
            [0x22, 0xff, 0x22], [0x22, 0xc0, 0x80, 0x22], [0x22, 0xed, 0xa0, 0x80, 0x22],
            [0x22, 0xf4, 0x90, 0x80, 0x80, 0x22],
            [0x22, 0xe2, 0x82, 0x22], [0x22, 0x80, 0x22], [0x22, 0x00, 0x22], [0x5b, 0x31, 0x00, 0x5d],
        ] as [[UInt8]])
    func `bytes that are no UTF-8 are refused`(bytes: [UInt8]) {
        #expect(throws: JSONDecodingError.self) { try JSON.decode(JSONValue.self, from: bytes) }
    }

    @Test func `depth is bounded`() throws {
        func nested(_ levels: Int) -> String {
            String(repeating: "[", count: levels) + String(repeating: "]", count: levels)
        }
        _ = try decode(JSONValue.self, nested(64))
        #expect(errors(JSONValue.self, nested(65)) == ["syntax: nested too deeply"])
        #expect(errors(JSONValue.self, nested(1_000_000)).count == 1)
    }

    @Test(arguments: [
        ("127", true), ("128", false), ("-128", true), ("-129", false), ("1.0", false), ("1e2", false),
        ("\"1\"", false),
    ])
    func `integers are exact and bounded`(text: String, isGood: Bool) {
        #expect(errors(Int8.self, text).isEmpty == isGood)
    }

    @Test func `a valid document is refused at every truncation`() {
        let bytes = Array(valid.utf8)
        for length in 0..<bytes.count {
            #expect(throws: JSONDecodingError.self) { try JSON.decode(Order.self, from: Array(bytes[..<length])) }
        }
    }

    @Test func `unknown keys can be passed over`() throws {
        let inner = try JSON.decode(Inner.self, from: Array(#"{"x":1,"new":{"deep":[1]}}"#.utf8), unknownKeys: .ignore)
        #expect(inner == Inner(x: 1))
    }

    @Test func `mutated documents never crash and decode to what encodes again`() throws {
        var generator = Seeded(state: 7)
        let original = Array(valid.utf8)
        var decoded = 0
        for _ in 0..<20_000 {
            var bytes = original
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                let at = Int.random(in: 0..<bytes.count, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[at] = UInt8.random(in: 0...255, using: &generator)
                case 1: bytes.remove(at: at)
                default: bytes.insert(UInt8.random(in: 0x20...0x7d, using: &generator), at: at)
                }
            }
            do {
                let order = try JSON.decode(Order.self, from: bytes)
                decoded += 1
                #expect(try JSON.decode(Order.self, from: JSON.encode(order)) == order)
            } catch let error as JSONDecodingError {
                #expect(error.syntax != nil || !error.fields.isEmpty)
            }
        }
        #expect(decoded > 0)
    }
}

/// xorshift64*: the same numbers in every run.
struct Seeded: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state ^= state >> 12
        state ^= state << 25
        state ^= state >> 27
        return state &* 0x2545_f491_4f6c_dd1d
    }
}
