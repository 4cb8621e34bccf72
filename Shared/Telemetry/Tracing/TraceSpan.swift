/// A finished step of a trace: what was done, when, and what came of it.
package struct TraceSpan: Sendable {
    /// How the step stands to others, with the numbers of OpenTelemetry's protocol.
    package enum Kind: Int, Sendable {
        case `internal` = 1
        /// Answers a request.
        case server = 2
        /// Does what was queued earlier.
        case consumer = 5
    }

    package var name: String
    package var kind: Kind
    package var trace: TraceContext
    /// The step that caused this one; nil for the first of a trace.
    package var parent: SpanID?
    /// Nanoseconds since 1970.
    package var startedAt: Int64
    package var duration: Duration
    /// Names as in OpenTelemetry's semantic conventions.
    package var attributes: [(name: String, value: String)]
    /// Whether the step failed by a fault of ours.
    package var hasFailed: Bool

    /// A step that ends now.
    package init(
        _ name: String, _ kind: Kind, trace: TraceContext, parent: SpanID?, took duration: Duration,
        attributes: [(name: String, value: String)] = [], hasFailed: Bool = false
    ) {
        self.name = name
        self.kind = kind
        self.trace = trace
        self.parent = parent
        self.duration = duration
        self.attributes = attributes
        self.hasFailed = hasFailed
        startedAt = Self.now() - Int64(duration / .nanoseconds(1))
    }
}
