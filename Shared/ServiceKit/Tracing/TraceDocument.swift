import JSON
import Telemetry

/// Steps as the body of OpenTelemetry's `POST /v1/traces` (OTLP 1.x over HTTP, JSON encoding: ids are hexadecimal, 64-bit numbers
/// are texts).
enum TraceDocument {
    static func make(_ spans: [TraceSpan], service: String) -> JSONValue {
        let resource: JSONValue = object([("attributes", attributes([("service.name", "switchboard-\(service)")]))])
        let scope = object([
            ("scope", object([("name", .string("switchboard"))])), ("spans", .array(spans.map(document))),
        ])
        return object([
            ("resourceSpans", .array([object([("resource", resource), ("scopeSpans", .array([scope]))])]))
        ])
    }

    private static func document(_ span: TraceSpan) -> JSONValue {
        var members: [(String, JSONValue)] = [
            ("traceId", .string(span.trace.traceID)), ("spanId", .string(span.trace.spanID.description)),
            ("name", .string(span.name)), ("kind", .int(Int64(span.kind.rawValue))),
            ("startTimeUnixNano", .string("\(span.startedAt)")),
            ("endTimeUnixNano", .string("\(span.startedAt + Int64(span.duration / .nanoseconds(1)))")),
            ("attributes", attributes(span.attributes)),
            // STATUS_CODE_ERROR, or unset.
            ("status", object([("code", .int(span.hasFailed ? 2 : 0))])),
        ]
        if let parent = span.parent { members.append(("parentSpanId", .string(parent.description))) }
        return object(members)
    }

    private static func attributes(_ list: [(name: String, value: String)]) -> JSONValue {
        .array(
            list.map { object([("key", .string($0.name)), ("value", object([("stringValue", .string($0.value))]))]) })
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        .object(members.map { JSONValue.Member($0.0, $0.1) })
    }
}
