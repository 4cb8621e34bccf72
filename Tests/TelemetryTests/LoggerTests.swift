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
