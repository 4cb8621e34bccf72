import Auth
import HTTP
import Models
import Telemetry

/// What is known of a request so far, for its answer and its line in the log, however far it came.
///
/// Confined to the request's task.
final class Exchange {
    let start = ContinuousClock.now
    let method: HTTPMethod
    private(set) var requestID: RequestID
    private(set) var trace: TraceContext
    /// The step that sent the request.
    private(set) var cause: SpanID?
    var operationID = "unmatched"
    var tenant: TenantID?
    var principal: Principal?
    var incoming: IncomingRequest?

    /// Ids that the request brings count only once its sender is believed.
    init(_ request: HTTPRequest, isBelieved: Bool) {
        method = request.method
        requestID = .make()
        trace = .make()
        if isBelieved { believe(request) }
    }

    func believe(_ request: HTTPRequest) {
        if let text = request.headers["X-Request-ID"], let given = Self.requestID(text) { requestID = given }
        if let text = request.headers["traceparent"], let given = TraceContext(traceparent: text) {
            trace = given.child()
            cause = given.spanID
        }
    }

    func logger(_ base: Logger) -> Logger {
        var fields: [LogField] = [
            .string("request_id", requestID.description), .string("trace_id", trace.traceID),
        ]
        if let tenant { fields.append(.string("tenant_id", tenant.description)) }
        return base.with(fields)
    }

    private static func requestID(_ text: String) -> RequestID? {
        do { return try RequestID(jsonText: text) } catch { return nil }
    }
}
