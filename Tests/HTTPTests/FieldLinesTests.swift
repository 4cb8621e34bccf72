import Testing

@testable import HTTP

struct FieldLinesTests {
    @Test func `lines are written once and joined`() {
        var first = HTTPFieldLines()
        first.add("X-One", "1")
        var all = HTTPFieldLines(capacity: 100)
        all.add(first)
        all.add("X-Two", "Grüße\tan: alle")
        all.add(HTTPFieldOpening("X-Three", "\"a\";r="), 0, ";t=", 1_234_567_890)
        all.add(HTTPFieldLines())
        #expect(all.count == 3)
        #expect(!all.hasForbiddenField)
        #expect(
            all.description
                == "X-One: 1\r\nX-Two: Grüße\tan: alle\r\nX-Three: \"a\";r=0;t=1234567890\r\n")
        var found: [String] = []
        all.bytes.withUnsafeBytes { bytes in
            HTTPFieldLines.forEach(in: bytes) { name, value in
                found.append(
                    "\(String(decoding: bytes[name], as: UTF8.self))=\(String(decoding: bytes[value], as: UTF8.self))")
            }
        }
        #expect(found == ["X-One=1", "X-Two=Grüße\tan: alle", "X-Three=\"a\";r=0;t=1234567890"])
    }

    @Test(arguments: ["a\r\nX: 1", "a\n", "\u{0}", "a\u{7f}b", "12345678\r", "1234567\u{1}89"])
    func `a value that would end its line is left out, and told`(value: String) {
        var lines = HTTPFieldLines()
        lines.add("X-Name", value)
        #expect(lines.count == 0 && lines.description.isEmpty)
        #expect(lines.hasForbiddenField)
        var others = HTTPFieldLines()
        others.add(HTTPFieldOpening("X-Name", value), 1, ";", 2)
        #expect(others.hasForbiddenField)
        #expect(!HTTPResponse(status: 200, lines: lines).isSafe)
    }

    @Test func `lines with a forbidden field make what they are added to forbidden`() {
        var bad = HTTPFieldLines()
        bad.add("X-Name", "\r")
        var lines = HTTPFieldLines()
        lines.add(bad)
        #expect(lines.hasForbiddenField)
    }

    @Test func `every byte of a value is looked at, wherever it stands`() {
        for length in 1..<40 {
            for place in 0..<length {
                var value = [UInt8](repeating: 0x61, count: length)
                #expect(value.withUnsafeBytes { ByteClass.areFieldValue($0) })
                for bad: UInt8 in [0, 0x0a, 0x0d, 0x1f, 0x7f] {
                    value[place] = bad
                    #expect(!value.withUnsafeBytes { ByteClass.areFieldValue($0) }, "\(bad) at \(place) of \(length)")
                }
                for good: UInt8 in [0x09, 0x20, 0x7e, 0x80, 0xff] {
                    value[place] = good
                    #expect(value.withUnsafeBytes { ByteClass.areFieldValue($0) }, "\(good) at \(place) of \(length)")
                }
            }
        }
    }
}

extension HTTPResponse {
    fileprivate init(status: Int, lines: HTTPFieldLines) {
        self.init(status: status)
        self.lines = lines
    }
}
