import HTTP
import HTTPClient
import IO
import JSON
import Telemetry

/// Sends the steps that a tracer gathers to an OpenTelemetry collector.
///
/// What a collector refuses or does not take in time is lost, and counted: traces are worth less than the work that they tell of.
/// Confined to its loop.
final class TraceExporter: @unchecked Sendable {
    static let interval = Duration.seconds(2)

    private let tracer: Tracer
    private let url: String
    private let service: String
    private let loop: EventLoop
    private let client: OutboundHTTPClient
    private let logger: Logger
    private let exported: Counter
    private let lost: Counter
    private var isFailing = false

    /// `endpoint` is the collector's base address, to which `/v1/traces` is added.
    init(
        _ tracer: Tracer, endpoint: String, service: String, loop: EventLoop, logger: Logger, metrics: Metrics
    ) throws {
        self.tracer = tracer
        url = endpoint + "/v1/traces"
        self.service = service
        self.loop = loop
        self.logger = logger
        client = try OutboundHTTPClient(loop: loop, guard: .operatorGiven)
        exported = metrics.counter("trace_spans_exported_total", "Steps of traces that a collector took.")
        lost = metrics.counter("trace_spans_lost_total", "Steps of traces that no collector took.")
    }

    /// Exports until cancelled, and what is there then.
    func run() async {
        while !Task.isCancelled {
            do { try await loop.sleep(for: Self.interval) } catch { break }
            await export()
        }
        // A task of its own: this one is cancelled and would send nothing.
        await loop.spawn { await self.export() }.value
    }

    func export() async {
        let (spans, dropped) = tracer.take()
        lost.add(dropped)
        guard !spans.isEmpty else { return }
        do {
            let body = try JSON.encode(TraceDocument.make(spans, service: service))
            var request = OutboundHTTPRequest(
                .post, url, headers: ["Content-Type": "application/json"], body: .bytes(body))
            request.deadline = .seconds(5)
            request.maximumResponseBytes = 65_536
            let answer = try await client.send(request)
            guard answer.isSuccess else { return fail(spans.count, "status \(answer.status)") }
            exported.add(spans.count)
            isFailing = false
        } catch {
            fail(spans.count, "\(error)")
        }
    }

    private func fail(_ count: Int, _ reason: String) {
        lost.add(count)
        guard !isFailing else { return }
        isFailing = true
        logger.warning("Traces are lost: the collector does not take them", [.string("error.kind", reason)])
    }
}
