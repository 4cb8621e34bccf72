import Glibc
import HTTP
import HTTPClient
import IO
import Models
import Telemetry

/// Where the copies of the services are, and the requests to them.
///
/// A request goes to the copy that has the fewest, and again to another one when it did no harm that it was lost.
/// Confined to its loop.
final class Upstreams: @unchecked Sendable {
    let http: InternalHTTPClient
    /// For answers that last: they must not take the others' connections.
    let streams: InternalHTTPClient
    let policy: UpstreamPolicy
    let services: [UpstreamService]
    private let loop: EventLoop
    private let logger: Logger?

    init(
        _ addresses: [ServiceName: [UpstreamAddress]], http: InternalHTTPClient, policy: UpstreamPolicy = .init(),
        logger: Logger? = nil
    ) {
        self.http = http
        self.policy = policy
        self.logger = logger
        loop = http.loop
        var configuration = HTTPClientConfiguration()
        configuration.maximumConnections = 20_000
        configuration.maximumIdleConnections = 16
        streams = InternalHTTPClient(loop: http.loop, configuration: configuration)
        services = ServiceName.services.map {
            UpstreamService($0, addresses[$0] ?? [], policy: policy, now: http.loop.now)
        }
    }

    func service(_ name: ServiceName) -> UpstreamService { services[place(of: name)] }

    /// The service's place in the order of ports.
    func place(of service: ServiceName) -> Int { max(0, service.portOffset - ServiceName.tenancy.portOffset) }

    /// One copy of a service, for what is sent to it past `send`.
    func endpoint(of name: ServiceName) -> HTTPEndpoint {
        service(name).choose(at: loop.now)?.endpoint ?? HTTPEndpoint(host: "invalid", port: 0)
    }

    // Requests.

    /// The answer of one of the service's copies; the deadline is for all tries together.
    func send(
        _ request: consuming HTTPClientRequest, to name: ServiceName, deadline: Duration
    ) async throws -> UpstreamAnswer {
        try await send(request, to: name, milliseconds: deadline.wholeMilliseconds)
    }

    /// The same for a time that has been worked out.
    func send(
        _ request: consuming HTTPClientRequest, to name: ServiceName, milliseconds: UInt64, isStream: Bool = false
    ) async throws -> UpstreamAnswer {
        if case .stream = request.body { try await request.gather(upTo: policy.gatheredBody) }
        let service = service(name)
        if service.copies.isEmpty { try await resolve(service) }
        guard let copy = service.choose(at: loop.now) else { throw Self.away }
        service.budget.earn()
        let patience =
            service.isHopeless ? min(milliseconds, policy.hopelessPatience.wholeMilliseconds) : milliseconds
        var call = Call(service: service, client: isStream ? streams : http, end: loop.now + patience)
        do {
            let answer = try await attempt(request, call, copy)
            guard answer.response.status == 503, isRepeatable(answer.response, request, service) else { return answer }
            call.refusal = answer
        } catch let failure as HTTPAttemptFailure {
            call.failure = failure
        }
        call.tried = [copy]
        do {
            return try await again(request, &call)
        } catch HTTPClientError.deadlineExceeded where patience < milliseconds {
            throw Self.away
        }
    }

    /// A request on its way through the copies.
    private struct Call {
        let service: UpstreamService
        let client: InternalHTTPClient
        /// When it must have been answered, on the loop's clock.
        let end: UInt64
        var tried: [UpstreamCopy] = []
        var failure: HTTPAttemptFailure?
        /// The answer of a copy that takes no requests now, if none else has a better one.
        var refusal: UpstreamAnswer?
    }

    private func again(_ request: HTTPClientRequest, _ call: inout Call) async throws -> UpstreamAnswer {
        for _ in 1..<policy.tries {
            guard let copy = nextCopy(request, call) else { break }
            if !call.tried.contains(where: { $0 === copy }) { call.tried.append(copy) }
            do {
                let answer = try await attempt(request, call, copy, allowsReuse: false)
                guard answer.response.status == 503, isRepeatable(answer.response, request, call.service) else {
                    return answer
                }
                call.refusal = answer
                call.failure = nil
            } catch let failure as HTTPAttemptFailure {
                call.failure = failure
            }
        }
        if let refusal = call.refusal { return refusal }
        throw call.failure?.error ?? .connectionClosed
    }

    /// Where the request may be sent again; nil when it may not be.
    private func nextCopy(_ request: HTTPClientRequest, _ call: Call) -> UpstreamCopy? {
        let now = loop.now
        guard now < call.end else { return nil }
        guard let failure = call.failure else {
            guard let copy = call.service.choose(at: now, besides: call.tried) else { return nil }
            return call.service.budget.spend() ? copy : nil
        }
        guard failure.allowsAnother(request) else { return nil }
        switch failure.reach {
        // The service did nothing for it, so sending it again is no more load: also to the same copy, which may be a
        // new process behind the same socket.
        case .unread, .deadConnection: return call.service.choose(at: now)
        case .nothing:
            guard failure.error != .tooManyRequests, failure.error != .invalidRequest else { return nil }
            if failure.error == .connectionClosed { return call.service.choose(at: now) }
        case .lostConnection, .handler: break
        }
        guard let copy = call.service.choose(at: now, besides: call.tried) else { return nil }
        return call.service.budget.spend() ? copy : nil
    }

    /// Whether a copy said that it takes no requests now, and another one may be asked instead.
    private func isRepeatable(
        _ response: HTTPClientResponse, _ request: HTTPClientRequest, _ service: UpstreamService
    ) -> Bool {
        service.copies.count > 1 && request.method.isSafe && request.isRepeatable
            && response.headers.contains("retry-after")
    }

    private func attempt(
        _ request: HTTPClientRequest, _ call: Call, _ copy: UpstreamCopy, allowsReuse: Bool = true
    ) async throws -> UpstreamAnswer {
        copy.begin(at: loop.now)
        let began = Self.microseconds()
        do {
            // A body that is passed on as it comes goes over a new connection: it could not be sent again, should a used
            // one prove dead.
            let left = call.end - min(loop.now, call.end)
            let mayReuse = allowsReuse && request.isRepeatable
            let response: HTTPClientResponse
            // The usual case is on its way without a suspension.
            if mayReuse, let exchange = try call.client.begin(request, to: copy.endpoint, milliseconds: left) {
                response = try await exchange.head()
            } else {
                response = try await call.client.attempt(
                    request, to: copy.endpoint, deadline: .milliseconds(Int64(left)), allowsReuse: mayReuse)
            }
            let isFailure =
                response.status >= 500 && response.status != 501
                && !(response.status == 503 && response.headers.contains("retry-after"))
            note(isFailure ? .answer : nil, copy, call.service, microseconds: Self.microseconds() - began)
            if response.body.declaredLength == Int64(response.body.waiting) {
                copy.end()
                return UpstreamAnswer(response: response, hold: nil)
            }
            return UpstreamAnswer(response: response, hold: UpstreamHold(copy, on: loop))
        } catch {
            copy.end()
            if let failure = error as? HTTPAttemptFailure, let fault = Self.fault(failure) {
                note(fault, copy, call.service, microseconds: Self.microseconds() - began)
            }
            throw error
        }
    }

    /// What a failure says against the copy; nil when it is the request's own, or a stop in good order.
    private static func fault(_ failure: HTTPAttemptFailure) -> CopyHealth.Fault? {
        switch failure.error {
        case .connectionFailed: .connection
        case .connectionClosed:
            switch failure.reach {
            case .nothing, .unread, .deadConnection: nil
            case .lostConnection, .handler: .connection
            }
        case .deadlineExceeded, .malformedResponse: .answer
        case .tooManyRequests, .invalidRequest, .requestBodyFailed: nil
        }
    }

    private func note(
        _ fault: CopyHealth.Fault?, _ copy: UpstreamCopy, _ service: UpstreamService, microseconds: UInt64
    ) {
        let now = loop.now
        copy.record(microseconds: microseconds, isFailure: fault != nil, at: now)
        guard let fault else {
            if copy.health.isEjected { copy.since = .now() }
            return copy.health.succeed(at: now)
        }
        let mayEject = service.hasOther(than: copy, at: now)
        guard copy.health.fail(fault, at: now, mayEject: mayEject, policy) else { return }
        copy.since = .now()
        logger?.warning(
            "Copy is left alone for a while",
            [.string("service", service.name.rawValue), .string("server.address", copy.endpoint.description)])
    }

    private static func microseconds() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000 + UInt64(time.tv_nsec) / 1000
    }

    private static let away = Failure(.unavailable, headers: [("Retry-After", "1")])

    // Names.

    /// Looks up the names of a service's list; what cannot be resolved stays as it was.
    func resolve(_ service: UpstreamService) async throws {
        for name in service.names {
            let found = try await TCPConnection.resolve(name.endpoint.host, port: name.endpoint.port, on: loop)
            service.resolved(name, to: found.map { HTTPEndpoint(host: $0.host, port: $0.port) }, now: loop.now)
        }
    }

    /// Lets go of the connections to copies that have left.
    func retireDeparted() {
        for service in services {
            for endpoint in service.takeDeparted() {
                http.retire(endpoint)
                streams.retire(endpoint)
            }
        }
    }

    func close() {
        http.close()
        streams.close()
    }
}
