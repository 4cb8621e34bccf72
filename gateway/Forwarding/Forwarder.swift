import Clients
import HTTP
import HTTPClient
import IO
import Models
import Telemetry

/// Passes a request on to a service and its answer back, streaming both.
///
/// Confined to its loop.
final class Forwarder: @unchecked Sendable {
    private static let largeBody: Int64 = 1 << 20
    /// Answers up to this size are passed on in one piece.
    private static let smallAnswer: Int64 = 64 << 10

    private let upstreams: Upstreams
    private let tokens: any ServiceTokenSource
    private let scheme: String
    private let times: ForwardingTimes

    init(
        upstreams: Upstreams, tokens: any ServiceTokenSource, scheme: String, times: ForwardingTimes = ForwardingTimes()
    ) {
        self.upstreams = upstreams
        self.tokens = tokens
        self.scheme = scheme
        self.times = times
    }

    func forward(
        _ request: HTTPRequest, to service: ServiceName, tenant: TenantID, host: String, authorization: Authorization,
        requestID: RequestID, requestIDText: String
    ) async throws -> HTTPResponse {
        let token: String
        if let held = tokens.heldToken(for: service) {
            token = held
        } else {
            token = try await tokens.token(for: service)
        }
        var headers = HeaderHygiene.forwarded(request.headers)
        headers.reserve(fields: 8, bytes: 400 + token.utf8.count)
        headers.add("X-Switchboard-Gateway", token)
        headers.add("X-Switchboard-Tenant", tenant.jsonText)
        headers.add("X-Switchboard-Client-Address", request.remote.host)
        headers.add("X-Switchboard-Scheme", scheme)
        headers.add("X-Switchboard-Host", host)
        headers.set("X-Request-ID", requestIDText)
        if headers["traceparent"].flatMap(TraceContext.init(traceparent:)) == nil {
            let (high, low) = requestID.uuid.halves
            headers.set("traceparent", TraceContext.make(high: high, low: low).traceparent)
        }
        if case .exchanged(let token) = authorization { headers.set("Authorization", "Bearer \(token)") }
        let hasBody = request.body.declaredLength != 0
        let isLarge = (request.body.declaredLength ?? Int64.max) > Self.largeBody
        let answer = try await upstreams.http.send(
            HTTPClientRequest(
                method: request.method, target: request.target, headers: headers,
                body: hasBody ? .stream(request.body) : .empty),
            to: upstreams.endpoint(of: service), deadline: hasBody && isLarge ? times.afterLargeBody : times.answer)
        return try await response(answer, to: request.method)
    }

    private func response(_ answer: HTTPClientResponse, to method: HTTPMethod) async throws -> HTTPResponse {
        var headers = HeaderHygiene.answered(answer.headers)
        let body = answer.body
        if method == .head {
            if let length = answer.headers["content-length"] { headers.set("Content-Length", length) }
            return HTTPResponse(status: answer.status, headers: headers)
        }
        if let length = body.declaredLength, length <= Self.smallAnswer {
            let bytes: [UInt8]
            if let whole = body.takeWhole() { bytes = whole } else { bytes = try await whole(body, length) }
            return HTTPResponse(status: answer.status, headers: headers, body: bytes.isEmpty ? .empty : .bytes(bytes))
        }
        return HTTPResponse(
            status: answer.status, headers: headers,
            body: .stream(length: body.declaredLength) { writer in
                // The head goes out at once: the first piece of an event stream may be long in coming.
                try await writer.write([])
                while let piece = try await body.next() { try await writer.write(piece) }
            })
    }

    /// A small answer; one that breaks off is the service's fault, which the client's own body errors are not.
    private func whole(_ body: HTTPBody, _ length: Int64) async throws -> [UInt8] {
        do {
            return try await body.collect(upTo: Int(length))
        } catch HTTPBodyError.timedOut {
            throw Failure(.upstreamTimeout)
        } catch is HTTPBodyError {
            throw Failure(.upstreamUnavailable)
        }
    }
}

/// How long a service may take to begin its answer.
struct ForwardingTimes: Sendable {
    var answer = Duration.seconds(35)
    /// After a large body, which the service stores before it answers.
    var afterLargeBody = Duration.seconds(600)
}
