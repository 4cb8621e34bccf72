import FoundationEssentials
import JSON
import Testing

private struct Limited: Codable, Equatable, Noted {
    var name: String?
    var size: Int
    var tags: [String]?

    static var notes: [Note] {
        [
            .of(CodingKeys.name, "A name.", length: 2...4), .of(CodingKeys.size, "A size.", range: 0...100),
            .of(CodingKeys.tags, "Tags.", count: 1...2),
        ]
    }
}

private func faults<T: Decodable>(_ type: T.Type, _ text: String) -> [String] {
    do throws(JSONDecodingError) {
        _ = try JSON.decode(type, from: Array(text.utf8))
        return []
    } catch {
        return error.fields.map { "\($0.pointer) \($0.code)" }
    }
}

@Suite struct NamesAndLimitsTests {
    @Test func `acronyms, plurals and digits have one name on the wire`() throws {
        struct Names: Codable, Equatable {
            var externalID = 1
            var segmentIDs = 2
            var segmentIDsCount = 3
            var baseURL = 4
            var oauth2Token = 5
            var isURLSafe = 6
            var x = 7
        }
        let text = try String(decoding: JSON.encode(Names()), as: UTF8.self)
        #expect(
            text == #"{"external_id":1,"segment_ids":2,"segment_ids_count":3,"base_url":4,"oauth2_token":5,"#
                + #""is_url_safe":6,"x":7}"#)
        #expect(try JSON.decode(Names.self, from: Array(text.utf8)) == Names())
    }

    @Test(
        arguments: [
            (#"{"name":"ab","size":100,"tags":["x"]}"#, []), (#"{"name":null,"size":0}"#, []),
            (#"{"name":"\u00e9\ud83d\ude00\u00e9\u00e9","size":1}"#, []),
            (#"{"name":"é","size":1}"#, ["/name too_short"]), (#"{"name":"abcde","size":1}"#, ["/name too_long"]),
            (#"{"size":101,"tags":[]}"#, ["/size out_of_range", "/tags too_short"]),
            (#"{"size":-1,"tags":["a","b","c"]}"#, ["/size out_of_range", "/tags too_long"]),
            (#"{"s\u0069ze":101}"#, ["/size out_of_range"]),
        ] as [(String, [String])])
    func `limits of the notes are enforced`(text: String, expected: [String]) {
        #expect(faults(Limited.self, text) == expected)
    }

    @Test func `an identifier is read in either case and refused with any fault`() throws {
        var generator = Seeded(state: 11)
        for _ in 0..<500 {
            let text = UUID().uuidString
            #expect(try JSON.decode(UUID.self, from: Array("\"\(text)\"".utf8)).uuidString == text)
            #expect(try JSON.decode(UUID.self, from: Array("\"\(text.lowercased())\"".utf8)).uuidString == text)
            var bytes = Array("\"\(text)\"".utf8)
            let at = Int.random(in: 1...36, using: &generator)
            let wrong = try #require("gG/:@`xz_ ".utf8.randomElement(using: &generator))
            bytes[at] = wrong
            #expect(throws: JSONDecodingError.self) { try JSON.decode(UUID.self, from: bytes) }
            bytes.remove(at: at)
            #expect(throws: JSONDecodingError.self) { try JSON.decode(UUID.self, from: bytes) }
        }
        #expect(
            try JSON.decode(UUID.self, from: Array(#""\u003019aa5b5-6c00-7000-8000-00000000000f""#.utf8)).uuid.15 == 15)
    }

    @Test func `unknown and repeated keys have an end`() {
        let members = (0..<20_000).map { "\"k\($0)\":1,\"k\($0)\":2" }.joined(separator: ",")
        #expect(faults(Limited.self, "{\"size\":1,\(members)}").count == JSONDecodingError.mostFields)
    }

    @Test func `a value encoded while another is encoded comes out whole`() throws {
        struct Outer: Encodable {
            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(1, forKey: .first)
                try container.encode(String(decoding: JSON.encode(["inner": [1, 2]]), as: UTF8.self), forKey: .second)
            }
            enum Key: String, CodingKey { case first, second }
        }
        let text = try String(decoding: JSON.encode([Outer(), Outer()]), as: UTF8.self)
        let one = #"{"first":1,"second":"{\"inner\":[1,2]}"}"#
        #expect(text == "[\(one),\(one)]")
    }
}
