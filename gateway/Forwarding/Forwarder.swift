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
    /// Answers up to this size are passed on in one piece.
    private static let smallAnswer: Int64 = 64 << 10

    private let upstreams: Upstreams
    private let tokens: any ServiceTokenSource
    /// Instead of the routes' own, so that a test need not wait.
    private let patience: Duration?

    init(upstreams: Upstreams, tokens: any ServiceTokenSource, patience: Duration? = nil) {
        self.upstreams = upstreams
        self.tokens = tokens
        self.patience = patience
    }

    /// The answer of the route's service to a request of this tenant.
    func forward(_ visit: Visit, to route: DoorRoute, tenant: TenantID) async throws -> HTTPResponse {
        let token: String
        if let held = tokens.heldToken(for: route.service) {
            token = held
        } else {
            token = try await tokens.token(for: route.service)
        }
        let request = visit.request
        let answer = try await upstreams.http.send(
            HTTPClientRequest(
                method: request.method, target: request.target, headers: headers(visit, tenant, token),
                body: request.body.declaredLength != 0 ? .stream(request.body) : .empty),
            to: upstreams.endpoint(of: route.service), deadline: patience ?? route.patience)
        return try await response(answer, to: request.method)
    }

    private func headers(_ visit: Visit, _ tenant: TenantID, _ token: String) -> HTTPHeaders {
        var headers = HeaderHygiene.forwarded(visit.request.headers)
        headers.reserve(fields: 8, bytes: 400 + token.utf8.count)
        headers.add("X-Switchboard-Gateway", token)
        headers.add("X-Switchboard-Tenant", tenant.jsonText)
        headers.add("X-Switchboard-Client-Address", visit.clientAddress)
        headers.add("X-Switchboard-Scheme", visit.scheme)
        headers.add("X-Switchboard-Host", visit.host)
        headers.set("X-Request-ID", visit.requestIDText)
        if headers["traceparent"].flatMap(TraceContext.init(traceparent:)) == nil {
            let (high, low) = visit.requestID.uuid.halves
            headers.set("traceparent", TraceContext.make(high: high, low: low).traceparent)
        }
        if case .exchanged(let token) = visit.authorization { headers.set("Authorization", "Bearer \(token)") }
        return headers
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
