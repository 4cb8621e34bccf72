import Testing

@testable import HTTP

@Suite struct WebSocketDecoderTests {
    /// The events of bytes that come in pieces of a size.
    private static func events(_ bytes: [UInt8], pieces size: Int, largest: Int = 1 << 20) -> [String] {
        var decoder = WebSocketDecoder(largestMessage: largest)
        var events: [String] = []
        for start in stride(from: 0, to: bytes.count, by: size) {
            var piece = Array(bytes[start..<min(bytes.count, start + size)])
            var position = 0
            while let event = FrameScript.text(decoder.next(&piece, from: &position)) { events.append(event) }
        }
        return events
    }

    @Test func `frames are understood, and refused, as the standard wants it`() throws {
        let lines = FrameCases.text.split(separator: "\n")
        #expect(lines.count > 150)
        for line in lines {
            let arrow = try #require(line.firstRange(of: " =>"))
            let bytes = FrameScript.bytes(line[..<arrow.lowerBound])
            let expected = String(line[arrow.upperBound...].drop { $0 == " " })
            for size in [max(1, bytes.count), 1, 3, 1000] where size > 3 || bytes.count < 1000 {
                let found = Self.events(bytes, pieces: size).joined(separator: " ")
                #expect(found == expected, "\(line.prefix(100)) in pieces of \(size)")
            }
        }
    }

    @Test func `bytes that are not UTF-8 are noticed before their frame or message ends`() {
        // A frame of eleven bytes, of which the fourth is wrong and the rest does not come.
        let frame = FrameScript.frame("T", Array("abc".utf8) + [0xff] + Array("defghij".utf8))
        #expect(Self.events(Array(frame[..<10]), pieces: 1) == ["fail(1007)"])
        #expect(Self.events(Array(frame[..<9]), pieces: 1) == [])
        let first = FrameScript.frame("t", Array("abc".utf8) + [0xed])
        #expect(Self.events(first, pieces: 1) == [])
        #expect(Self.events(first + FrameScript.frame("c", [0xa0]), pieces: 1) == ["fail(1007)"])
    }

    @Test func `a message is refused as soon as it is said to be too large`() {
        let small = FrameScript.frame("T", [UInt8](repeating: 0x2a, count: 1000))
        #expect(Self.events(small, pieces: 100, largest: 1000) == ["T(*1000)"])
        let large = FrameScript.frame("T", [UInt8](repeating: 0x2a, count: 1001))
        #expect(Self.events(Array(large[..<8]), pieces: 8, largest: 1000) == ["fail(1009)"])
        let parts = FrameScript.frame("t", [UInt8](repeating: 0x2a, count: 600))
        let more = FrameScript.frame("C", [UInt8](repeating: 0x2a, count: 401))
        #expect(Self.events(parts + more, pieces: 64, largest: 1000) == ["fail(1009)"])
        // The next message begins anew, and pings between do not count.
        let fits = FrameScript.frame("C", [UInt8](repeating: 0x2a, count: 400))
        let ping = FrameScript.frame("P", [UInt8](repeating: 0x2a, count: 125))
        let twice = parts + ping + fits + parts + fits
        #expect(Self.events(twice, pieces: 64, largest: 1000) == ["P(*125)", "T(*1000)", "T(*1000)"])
    }

    @Test func `every payload comes out as it went in, wherever it is cut`() {
        let payload = (0..<300).map { UInt8(truncatingIfNeeded: $0 &* 7) }
        let bytes = FrameScript.frame("B", payload) + FrameScript.frame("b", payload) + FrameScript.frame("C", payload)
        let whole = Self.events(bytes, pieces: bytes.count)
        #expect(whole.count == 2)
        for size in 1..<40 { #expect(Self.events(bytes, pieces: size) == whole) }
    }

    @Test(arguments: [0, 1, 125, 126, 65_535, 65_536])
    func `what is written has its length in the fewest bytes`(count: Int) {
        var bytes: [UInt8] = []
        WebSocketEncoder.append(.binary([UInt8](repeating: 7, count: count)), to: &bytes)
        #expect(bytes.first == 0x82)
        #expect(bytes.count == count + (count < 126 ? 2 : count < 65_536 ? 4 : 10))
    }

    @Test func `a reason that is too long is cut at the end of a character`() {
        var bytes: [UInt8] = []
        WebSocketEncoder.appendClose(.goingAway, reason: String(repeating: "é", count: 100), to: &bytes)
        #expect(bytes.count == 2 + 2 + 122)
        #expect(String(validating: bytes[4...], as: UTF8.self) != nil)
    }
}
