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

    /// Bytes that the fields of the door's own seldom exceed; the service's token is most of them.
    private static let ordinaryLines = 1536

    private let upstreams: Upstreams
    private let tokens: any ServiceTokenSource
    /// By the service's place.
    private var tokenLines: [(token: String, line: HTTPFieldLines)?]
    /// Instead of the routes' own, so that a test need not wait.
    private let patience: UInt64?
    /// How long a stream may have nothing to say.
    private let streamIdle: Duration

    init(
        upstreams: Upstreams, tokens: any ServiceTokenSource, patience: Duration? = nil,
        streamIdle: Duration = .seconds(300)
    ) {
        self.streamIdle = streamIdle
        self.upstreams = upstreams
        self.tokens = tokens
        tokenLines = Array(repeating: nil, count: ServiceName.services.count)
        self.patience = patience?.wholeMilliseconds
    }

    /// The answer of the route's service to a request of this tenant.
    func forward(_ visit: Visit, to route: DoorRoute, tenant: TenantID) async throws -> HTTPResponse {
        let token: String
        if let held = tokens.heldToken(for: route.service) {
            token = held
        } else {
            token = try await tokens.token(for: route.service)
        }
        var outgoing = request(visit, tenant, tokenLine(token, for: route.service))
        outgoing.loss = visit.request.loss
        if visit.offer != nil { outgoing.upgrade = .make() }
        if route.kind == .stream { outgoing.bodyIdle = streamIdle }
        let answer = try await upstreams.send(
            outgoing, to: route.service, milliseconds: patience ?? route.patienceMilliseconds,
            isStream: route.kind == .stream || visit.offer != nil)
        if let writer = answer.response.writer { return try upgraded(visit, answer, writer) }
        return try await response(answer, to: visit.request.method)
    }

    /// What the client sent, and what the door says: to whom it belongs, whence it comes and how it is found again.
    private func request(_ visit: Visit, _ tenant: TenantID, _ tokenLine: HTTPFieldLines) -> HTTPClientRequest {
        let body = visit.request.body
        var sent = HTTPClientRequest(
            method: visit.request.method, target: visit.request.target,
            headers: HeaderHygiene.rewritten(visit.request.headers),
            body: body.declaredLength != 0 ? .stream(body) : .empty)
        if case .exchanged(let token) = visit.authorization { sent.headers.set("Authorization", "Bearer \(token)") }
        // On their own until they are whole: what a closure changes is copied.
        var lines = HTTPFieldLines(capacity: Self.ordinaryLines)
        lines.add(tokenLine)
        lines.add("X-Switchboard-Tenant", visit.tenant?.idText ?? tenant.jsonText)
        lines.add("X-Switchboard-Client-Address", visit.clientAddress)
        lines.add("X-Switchboard-Scheme", visit.scheme)
        lines.add("X-Switchboard-Host", visit.host)
        lines.add("X-Request-ID", visit.requestIDText)
        visit.trace.withTraceparent { lines.add("traceparent", $0) }
        sent.lines = lines
        return sent
    }

    /// The gateway's token as a field, which is checked and written once for all requests to a service.
    private func tokenLine(_ token: String, for service: ServiceName) -> HTTPFieldLines {
        let place = upstreams.place(of: service)
        if let known = tokenLines[place], known.token == token { return known.line }
        let line: HTTPFieldLines = ["X-Switchboard-Gateway": token]
        tokenLines[place] = (token, line)
        return line
    }

    /// The service has agreed to the client's offer: their bytes are theirs alone from here on.
    private func upgraded(
        _ visit: Visit, _ upstream: UpstreamAnswer, _ writer: HTTPBodyWriter
    ) throws -> HTTPResponse {
        guard let offer = visit.offer else { throw Failure(.upstreamUnavailable) }
        let (answer, hold) = (upstream.response, upstream.hold)
        let relay = Relay(answer.body, writer)
        visit.relay = relay
        return HTTPResponse(
            status: 101, headers: try offer.answered(HeaderHygiene.answered(answer.headers)),
            body: .upgraded { input, output in
                try await relay.run(input, output)
                withExtendedLifetime(hold) {}
            })
    }

    private func response(_ upstream: UpstreamAnswer, to method: HTTPMethod) async throws -> HTTPResponse {
        let (answer, hold) = (upstream.response, upstream.hold)
        var headers = HeaderHygiene.answered(answer.headers)
        let body = answer.body
        // Whatever a broken service says of itself stays here; letting go of the body ends it.
        if answer.status >= 500, answer.headers["content-type"]?.hasPrefix(Problem.contentType) != true {
            throw DoorProblem.failure(ofStatus: answer.status, retryAfter: headers["retry-after"])
        }
        if method == .head {
            if let length = answer.headers["content-length"] { headers.set("Content-Length", length) }
            return HTTPResponse(status: answer.status, headers: headers)
        }
        if let length = body.declaredLength, length <= Self.smallAnswer {
            let bytes: [UInt8]
            if let whole = body.takeWhole() { bytes = whole } else { bytes = try await whole(body, length) }
            withExtendedLifetime(hold) {}
            return HTTPResponse(status: answer.status, headers: headers, body: bytes.isEmpty ? .empty : .bytes(bytes))
        }
        return HTTPResponse(
            status: answer.status, headers: headers,
            body: .stream(length: body.declaredLength) { writer in
                // The head goes out at once: the first piece of an event stream may be long in coming.
                try await writer.write([])
                while let piece = try await body.next() { try await writer.write(piece) }
                withExtendedLifetime(hold) {}
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
