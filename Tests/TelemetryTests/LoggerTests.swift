import Glibc
import Testing

@testable import Telemetry

@Suite
struct LoggerTests {
    @Test
    func `a line is one JSON object with the message, the level and the fields`() {
        let capture = LogCapture()
        let logger = capture.logger(service: "calls").with([.string("request_id", "r1")])
        logger.info("Call ended", [.int("db.duration_ms", 3), .bool("is_test", true), .double("score", .infinity)])
        let line = capture.lines.first ?? ""
        #expect(line.hasPrefix("{\"time\":\"2"))
        #expect(line.contains("Z\",\"level\":\"info\","))
        #expect(
            line.hasSuffix(
                "\"service\":\"calls\",\"message\":\"Call ended\",\"request_id\":\"r1\",\"db.duration_ms\":3,"
                    + "\"is_test\":true,\"score\":null}"))
    }

    @Test
    func `what would break a line or its reader is escaped`() {
        let capture = LogCapture()
        capture.logger().warning("Odd", [.string("text", "a\"b\\c\nd\r\t\u{1}\u{2028}é")])
        #expect(capture.lines.first?.contains(#""text":"a\"b\\c\nd\r\t\u0001\u2028é"}"#) == true)
    }

    @Test
    func `each character is escaped or not wherever it stands`() {
        let filler = "abcdefghijklmnop"
        for value in (0..<0x100 as Range<UInt32>) {
            guard let scalar = Unicode.Scalar(value) else { continue }
            let isEscaped = value < 0x20 || value == 0x22 || value == 0x5C || 0x7F..<0xA0 ~= value
            for place in 0...filler.count {
                var text = filler
                text.insert(Character(scalar), at: text.index(text.startIndex, offsetBy: place))
                var line = LogLine()
                line.append(.string("text", text))
                let written = String(decoding: line.bytes, as: UTF8.self)
                guard (written == ",\"text\":\"\(text)\"") == isEscaped else { continue }
                Issue.record("U+\(String(value, radix: 16)) at \(place): \(written)")
                return
            }
        }
    }

    @Test(arguments: [0, 7, -1, 10, 99, 100, -4096, 1_000_000_007, .max, .min])
    func `a number is written in full`(number: Int) {
        var line = LogLine()
        for _ in 0..<40 { line.append(.int("number", number)) }
        let written = String(decoding: line.bytes, as: UTF8.self)
        #expect(written == String(repeating: ",\"number\":\(number)", count: 40))
    }

    @Test
    func `a long text is cut`() {
        let capture = LogCapture()
        capture.logger().info("Long", [.string("text", String(repeating: "é", count: 100_000))])
        let size = capture.lines.first?.utf8.count ?? 0
        #expect(size > LogLine.longestText && size < LogLine.longestText + 200)
    }

    @Test
    func `a line below the level is neither written nor computed`() {
        let capture = LogCapture()
        let logger = Logger(service: "test", level: .warning, sink: capture)
        var isComputed = false
        func fields() -> [LogField] {
            isComputed = true
            return []
        }
        logger.info("Quiet", fields())
        #expect(capture.lines.isEmpty)
        #expect(!isComputed)
        logger.error("Loud", fields())
        #expect(capture.lines.count == 1)
        #expect(isComputed)
    }

    @Test
    func `the lines of a turn leave together, and a warning leaves at once`() {
        var ends: [Int32] = [0, 0]
        #expect(pipe(&ends) == 0)
        defer { for end in ends { close(end) } }
        #expect(fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0)
        let log = TurnLog(descriptor: ends[1])
        let logger = Logger(service: "test", sink: log)
        logger.info("First")
        logger.info("Second")
        #expect(Self.read(ends[0]).isEmpty)
        log.flush()
        #expect(Self.read(ends[0]).split(separator: "\n").count == 2)
        logger.info("Third")
        logger.warning("Fourth")
        #expect(Self.read(ends[0]).split(separator: "\n").count == 2)
        for _ in 0..<500 { logger.info("Many") }
        #expect(!Self.read(ends[0]).isEmpty)
    }

    private static func read(_ descriptor: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(descriptor, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }

    @Test
    func `a line's date is the civil one, of every day of a century`() {
        for day in 0..<36_525 {
            var line = LogLine()
            line.appendDate(day)
            var seconds = day * 86_400
            var parts = tm()
            gmtime_r(&seconds, &parts)
            let (year, month) = (Int(parts.tm_year) + 1900, Int(parts.tm_mon) + 1)
            let expected = "\(year)-\(month < 10 ? "0" : "")\(month)-\(parts.tm_mday < 10 ? "0" : "")\(parts.tm_mday)"
            guard String(decoding: line.bytes, as: UTF8.self) != expected else { continue }
            Issue.record("day \(day) is \(expected)")
            return
        }
    }

    @Test
    func `a waiting test is woken by the line`() async {
        let capture = LogCapture()
        async let line = capture.line(containing: "Second")
        capture.logger().info("First")
        capture.logger().info("Second")
        #expect(await line.contains("\"message\":\"Second\""))
        #expect(await capture.line(containing: "First").contains("First"))
    }

    @Test
    func `a secret shows itself in no way of printing`() {
        struct Holder { let key = Secret("hunter2") }
        var dumped = ""
        dump(Holder(), to: &dumped)
        let printed = "\(Secret("hunter2")) \(Holder()) \(String(reflecting: Secret("hunter2"))) \(dumped)"
        #expect(!printed.contains("hunter2"))
        #expect(Secret("hunter2").reveal() == "hunter2")
    }
}
