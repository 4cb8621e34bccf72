import HTTP
import IO
import JSON
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import ServiceKit

@Suite(.timeLimit(.minutes(20))) struct TraceExporterTests {
    /// A collector that keeps what it is sent.
    private final class Collector: Sendable {
        let port: Int
        private let bodies = Mutex<[(path: String, type: String?, body: [UInt8])]>([])

        init(_ loop: EventLoop, status: Int) throws {
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            port = socket.port
            let server = HTTPServer(loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()) {
                [weak self] request in
                do {
                    let body = try await request.body.collect(upTo: 1 << 20)
                    self?.bodies.withLock { $0.append((request.path, request.headers["content-type"], body)) }
                } catch { return HTTPResponse(status: 400) }
                return HTTPResponse(status: status)
            }
            try server.start()
        }

        var received: [(path: String, type: String?, body: [UInt8])] { bodies.withLock(\.self) }
    }

    private func exporter(_ tracer: Tracer, _ port: Int, _ loop: EventLoop, _ metrics: Metrics) throws -> TraceExporter
    {
        try TraceExporter(
            tracer, endpoint: "http://127.0.0.1:\(port)", service: "calls", loop: loop, logger: LogCapture().logger(),
            metrics: metrics)
    }

    @Test func `a collector gets each step with its parent`() async throws {
        try await withLoop { loop in
            let collector = try Collector(loop, status: 200)
            let (tracer, metrics) = (Tracer(), Metrics())
            tracer.enable(share: 1)
            let cause = TraceContext.make()
            let trace = cause.child()
            tracer.record(
                TraceSpan(
                    "list_calls", .server, trace: trace, parent: cause.spanID, took: .milliseconds(5),
                    attributes: [("http.request.method", "GET")], hasFailed: true))
            try await exporter(tracer, collector.port, loop, metrics).export()
            let sent = try #require(collector.received.first)
            #expect(sent.path == "/v1/traces" && sent.type == "application/json")
            let document = try JSON.decode(JSONValue.self, from: sent.body)
            guard case .array(let resources)? = document["resourceSpans"],
                case .array(let scopes)? = resources.first?["scopeSpans"],
                case .array(let spans)? = scopes.first?["spans"], let span = spans.first,
                case .string(let start)? = span["startTimeUnixNano"], case .string(let end)? = span["endTimeUnixNano"],
                let from = Int64(start), let to = Int64(end)
            else {
                Issue.record("not the shape of OTLP")
                return
            }
            #expect(span["traceId"] == .string(trace.traceID))
            #expect(span["spanId"] == .string(trace.spanID.description))
            #expect(span["parentSpanId"] == .string(cause.spanID.description))
            #expect(span["name"] == .string("list_calls"))
            #expect(span["kind"] == .int(2))
            #expect(span["status"]?["code"] == .int(2))
            #expect(to - from == 5_000_000)
        }
    }

    @Test func `a collector that refuses costs the steps and nothing else`() async throws {
        try await withLoop { loop in
            let collector = try Collector(loop, status: 503)
            let (tracer, metrics) = (Tracer(), Metrics())
            tracer.enable(share: 1)
            tracer.record(TraceSpan("a", .server, trace: .make(), parent: nil, took: .zero))
            try await exporter(tracer, collector.port, loop, metrics).export()
            #expect(tracer.take().spans.isEmpty)
            #expect(String(decoding: metrics.render(), as: UTF8.self).contains("trace_spans_lost_total 1"))
        }
    }

    @Test func `nothing is kept unless it is wanted, and never without a bound`() {
        let tracer = Tracer()
        func record() { tracer.record(TraceSpan("a", .server, trace: .make(), parent: nil, took: .zero)) }
        record()
        #expect(tracer.take().spans.isEmpty)
        tracer.enable(share: 0.5)
        for _ in 0..<2000 { record() }
        #expect((800...1200).contains(tracer.take().spans.count))
        tracer.enable(share: 1)
        for _ in 0..<10_000 { record() }
        let (spans, lost) = tracer.take()
        #expect(spans.count + lost == 10_000)
        #expect(spans.count == 4096)
    }
}
