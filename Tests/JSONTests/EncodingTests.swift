import FoundationEssentials
import JSON
import Testing

private func encode<T: Encodable>(_ value: T) throws -> String {
    String(decoding: try JSON.encode(value), as: UTF8.self)
}

@Suite struct EncodingTests {
    @Test func `a value is written with null for what is not there and lower-case identifiers`() throws {
        struct Row: Codable {
            var id: UUID
            var baseURL: String?
            var counts: [String: Int]
            var list: [[Int]]
            var empty: [Int]
        }
        let id = try #require(UUID(uuidString: "019AA5B5-6C00-7000-8000-00000000000F"))
        #expect(
            try encode(Row(id: id, baseURL: nil, counts: ["aB": 1], list: [[1, 2], []], empty: []))
                == #"{"id":"019aa5b5-6c00-7000-8000-00000000000f","base_url":null,"counts":{"aB":1},"list":[[1,2],[]],"empty":[]}"#
        )
    }

    @Test(arguments: [
        ("plain", #""plain""#), ("a\"b\\c/d", #""a\"b\\c/d""#), ("\u{0}\u{1f}\u{7f}", "\"\\u0000\\u001f\u{7f}\""),
        ("tab\tline\nfeed\u{c}\u{8}\r", #""tab\tline\nfeed\f\b\r""#),
        ("ü😀 and more than eight", "\"ü😀 and more than eight\""),
        ("12345678\"", "\"12345678\\\"\""), ("1234567\"9", "\"1234567\\\"9\""),
    ])
    func `strings are escaped where they must be`(text: String, expected: String) throws {
        #expect(try encode(text) == expected)
        // All but NUL come back, which no database takes.
        guard !text.utf8.contains(0) else { return }
        #expect(try JSON.decode(String.self, from: JSON.encode(text)) == text)
    }

    @Test func `random strings survive`() throws {
        var generator = Seeded(state: 3)
        for _ in 0..<5_000 {
            var text = ""
            for _ in 0..<Int.random(in: 0...40, using: &generator) {
                let value = UInt32.random(in: 1...0x2ff, using: &generator)
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            #expect(try JSON.decode(String.self, from: JSON.encode(text)) == text)
        }
    }

    @Test func `random numbers survive`() throws {
        var generator = Seeded(state: 5)
        for _ in 0..<20_000 {
            let bits = UInt64.random(in: 0...UInt64.max, using: &generator)
            let number = Double(bitPattern: bits)
            if number.isFinite { #expect(try JSON.decode(Double.self, from: JSON.encode(number)) == number) }
            let integer = Int64(bitPattern: bits >> UInt64.random(in: 0...63, using: &generator))
            #expect(try JSON.decode(Int64.self, from: JSON.encode(integer)) == integer)
        }
        #expect(try encode([Int64.min, 0, Int64.max]) == "[-9223372036854775808,0,9223372036854775807]")
        #expect(try encode(UInt64.max) == "18446744073709551615")
        #expect(try encode([1.0, 0.1, -2.0, 1e300]) == "[1,0.1,-2,1e+300]")
    }

    @Test func `a number that JSON does not have is refused`() {
        #expect(throws: JSONEncodingError.self) { try JSON.encode(Double.nan) }
        #expect(throws: JSONEncodingError.self) { try JSON.encode([Double.infinity]) }
    }

    @Test func `large documents grow the buffer`() throws {
        let rows = (0..<5_000).map { ["key": "value \($0)"] }
        #expect(try JSON.decode([[String: String]].self, from: JSON.encode(rows)) == rows)
    }

    @Test func `free-form values keep their order`() throws {
        let value: JSONValue = ["z": 1, "a": [true, nil, "x", 1.5], "m": ["inner": []]]
        #expect(try encode(value) == #"{"z":1,"a":[true,null,"x",1.5],"m":{"inner":[]}}"#)
        #expect(try JSON.decode(JSONValue.self, from: JSON.encode(value)) == value)
    }

    @Test func `what is not there can be left out`() throws {
        struct Claims: Codable {
            var iss: String
            var nbf: Int64?
            var act: Inner?
            var list: [String?]
        }
        struct Inner: Codable { var sub: String? }
        let claims = Claims(iss: "a", nbf: nil, act: Inner(sub: nil), list: [nil])
        #expect(
            String(decoding: try JSON.encode(claims, nulls: .omit), as: UTF8.self)
                == #"{"iss":"a","act":{},"list":[null]}"#)
    }

    @Test func `an empty structure is an empty object`() throws {
        struct Nothing: Codable {}
        #expect(try encode([Nothing(), Nothing()]) == "[{},{}]")
    }
}
