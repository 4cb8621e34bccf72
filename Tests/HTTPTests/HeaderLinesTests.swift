import HTTP
import Testing

struct HeaderLinesTests {
    @Test func `fields come back as they were, in order, case and bytes`() throws {
        var headers: HTTPHeaders = ["X-Twice": "1", "x-twice": "", "Content-Type": "a; b=\"c: d\"", "Gone": "1"]
        headers.remove("gone")
        headers.add("Name", "Grüße")
        let lines = headers.lines
        #expect(
            String(decoding: lines, as: UTF8.self)
                == "X-Twice: 1\r\nx-twice: \r\nContent-Type: a; b=\"c: d\"\r\nName: Grüße\r\n")
        let again = try #require(HTTPHeaders(lines: lines))
        #expect(again.map(\.name) == ["X-Twice", "x-twice", "Content-Type", "Name"])
        #expect(again.all(named: "x-TWICE") == ["1", ""])
        #expect(again.lines == lines)
        #expect(HTTPHeaders(lines: [])?.isEmpty == true)
    }

    @Test func `bytes that are no UTF-8 stay what they are`() throws {
        let lines: [UInt8] = Array("A: ".utf8) + [0xff, 0xe9] + Array("\r\n".utf8)
        #expect(try #require(HTTPHeaders(lines: lines)).lines == lines)
    }

    @Test(arguments: ["A", "A: b", "A: b\n", ": b\r\n", "A b: c\r\n", "A:b\r\n", "A: b\u{1}\r\n", "\r\n", "A: b\r\nB"])
    func `what is no list of fields is refused`(text: String) {
        #expect(HTTPHeaders(lines: Array(text.utf8)) == nil)
    }
}
