import Testing

@testable import Telemetry

@Suite
struct TraceContextTests {
    private static let example = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"

    @Test
    func `a header is read and written back`() throws {
        let context = try #require(TraceContext(traceparent: Self.example))
        #expect(context.traceID == "4bf92f3577b34da6a3ce929d0e0e4736")
        #expect(context.traceparent == Self.example)
    }

    @Test
    func `a child keeps the trace and the flags, not the parent`() throws {
        let context = try #require(TraceContext(traceparent: Self.example))
        let child = context.child()
        #expect(child.traceID == context.traceID)
        #expect(child.traceparent != context.traceparent)
        #expect(child.traceparent.hasSuffix("-01"))
    }

    @Test
    func `a made context is a valid header and unlike the next`() {
        let made = TraceContext.make()
        #expect(TraceContext(traceparent: made.traceparent) == made)
        #expect(made.traceID != TraceContext.make().traceID)
    }

    @Test
    func `a trace that is named after a request is a valid header`() {
        let made = TraceContext.make(high: 0x019a_a5b5_6c00_7000, low: 0x8000_0000_0000_0001)
        #expect(made.traceparent == "00-019aa5b56c0070008000000000000001-8000000000000001-01")
        #expect(TraceContext(traceparent: made.traceparent) == made)
    }

    @Test
    func `a later version is read up to what is known`() {
        let context = TraceContext(traceparent: "cc" + Self.example.dropFirst(2) + "-what-comes")
        #expect(context?.traceparent == Self.example)
    }

    @Test(arguments: [
        "", "00", "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-0g",
        "00_4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "cc-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01.x",
        " 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    ])
    func `what the specification does not allow is no context`(header: String) {
        #expect(TraceContext(traceparent: header) == nil)
    }
}
