import HTTP
package import HTTPClient
import IO
import JSON
package import Models
package import Telemetry

/// Gives the tokens with which this service calls another.
package protocol ServiceTokenSource: AnyObject, Sendable {
    /// A token for the callee that is still valid for a while.
    func token(for callee: ServiceName) async throws -> String
    /// The token that is held, without a suspension; nil when one has to be got first.
    func heldToken(for callee: ServiceName) -> String?
    /// Forgets a token that its callee has refused.
    func drop(_ token: String, for callee: ServiceName)
}

extension ServiceTokenSource {
    package func heldToken(for callee: ServiceName) -> String? { nil }
}

/// Gets tokens from tenancy, one for each callee, renews them at half their life and keeps the old one as long as it
/// is valid when tenancy is away.
///
/// Confined to its loop.
package final class ServiceTokens: ServiceTokenSource, @unchecked Sendable {
    private struct Held {
        var token: String
        var renewAt: UInt64
        /// Somewhat before its end: a request with it has to arrive.
        var usableUntil: UInt64
    }

    /// What is kept for one callee.
    private struct Place {
        var held: Held?
        /// At most one request is under way; all who need its answer wait for it.
        var renewal: Task<Result<Held, any Error>, Never>?
        /// After a failure no new attempt is made before.
        var notBefore: UInt64 = 0
    }

    private static let retryAfterFailure: UInt64 = 1000
    private static let largestAnswer = 16_384

    private let loop: EventLoop
    private let http: InternalHTTPClient
    private let tenancy: HTTPEndpoint
    private let service: ServiceName
    private let secret: Secret<String>
    private let logger: Logger
    /// By the callee's distance from the gateway's port.
    private var places: [Place?]

    package init(
        http: InternalHTTPClient, tenancy: HTTPEndpoint, service: ServiceName, secret: Secret<String>, logger: Logger
    ) {
        loop = http.loop
        self.http = http
        self.tenancy = tenancy
        self.service = service
        self.secret = secret
        self.logger = logger
        places = Array(repeating: nil, count: 1 + (ServiceName.allCases.map(\.portOffset).max() ?? 0))
    }

    package func heldToken(for callee: ServiceName) -> String? {
        loop.preconditionCurrent()
        let now = loop.now
        guard let held = places[callee.portOffset]?.held, now < held.usableUntil else { return nil }
        if now >= held.renewAt { _ = renewal(for: callee) }
        return held.token
    }

    package func token(for callee: ServiceName) async throws -> String {
        if let held = heldToken(for: callee) { return held }
        guard let renewal = renewal(for: callee) else { throw Self.unavailable }
        return try await renewal.value.get().token
    }

    package func drop(_ token: String, for callee: ServiceName) {
        guard places[callee.portOffset]?.held?.token == token else { return }
        places[callee.portOffset]?.held = nil
    }

    private func renewal(for callee: ServiceName) -> Task<Result<Held, any Error>, Never>? {
        if let running = places[callee.portOffset]?.renewal { return running }
        guard loop.now >= places[callee.portOffset]?.notBefore ?? 0 else { return nil }
        let task = loop.spawn { [self] () async -> Result<Held, any Error> in
            let result: Result<Held, any Error>
            do { result = .success(try await fetch(for: callee)) } catch { result = .failure(error) }
            finish(result, for: callee)
            return result
        }
        if places[callee.portOffset] == nil { places[callee.portOffset] = Place() }
        places[callee.portOffset]?.renewal = task
        return task
    }

    private func finish(_ result: Result<Held, any Error>, for callee: ServiceName) {
        places[callee.portOffset]?.renewal = nil
        switch result {
        case .success(let held): places[callee.portOffset]?.held = held
        case .failure(let error):
            places[callee.portOffset]?.notBefore = loop.now + Self.retryAfterFailure
            logger.warning(
                "Service token not renewed",
                [.string("service.callee", callee.rawValue), .string("error.kind", "\(error)")])
        }
    }

    private func fetch(for callee: ServiceName) async throws -> Held {
        let request = InternalAPI.ServiceTokenRequest(service: service, secret: secret.reveal(), audience: callee)
        let answer = try await http.send(
            HTTPClientRequest(
                method: .post, target: "/internal/service-tokens", headers: ["Content-Type": "application/json"],
                body: .bytes(try JSON.encode(request))), to: tenancy, deadline: .seconds(5))
        let body = try await answer.body.collect(upTo: Self.largestAnswer)
        guard answer.status == 200 || answer.status == 201 else { throw Self.unavailable }
        let token = try JSON.decode(InternalAPI.Token.self, from: body, unknownKeys: .ignore)
        let life = UInt64(max(0, min(token.expiresInSeconds, 86_400))) * 1000
        return Held(
            token: token.token, renewAt: loop.now + life / 2, usableUntil: loop.now + life - min(5000, life / 4))
    }

    private static let unavailable = Failure(
        .unavailable, "No service token can be had.", headers: [(name: "Retry-After", value: "1")])
}
