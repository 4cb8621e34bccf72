import Auth
import Clients
import FoundationEssentials
import HTTP
import IO
import JSON
import Models
import Telemetry

/// Answers every request that comes in: with a service's answer, or with a problem of its own.
///
/// Confined to its loop.
final class FrontDoor: @unchecked Sendable {
    /// Milliseconds that an answer waits for the change feed.
    private static let feedPatience: UInt64 = 500

    private let hosts: HostNames
    private let state: ChangeFeedState
    private let people: TokenVerifier
    private let keys: KeyExchange
    private let forwarder: Forwarder
    private let documents: APIDocuments
    private let loop: EventLoop
    private let logger: Logger
    private let meters: DoorMeters

    init(
        hosts: HostNames, state: ChangeFeedState, people: TokenVerifier, keys: KeyExchange, forwarder: Forwarder,
        documents: APIDocuments, loop: EventLoop, logger: Logger, metrics: Metrics
    ) {
        self.hosts = hosts
        self.state = state
        self.people = people
        self.keys = keys
        self.forwarder = forwarder
        self.documents = documents
        self.loop = loop
        self.logger = logger
        meters = DoorMeters(metrics)
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let started = loop.now
        let requestID = RequestID.make()
        let text = requestID.description
        var service: ServiceName?
        var response: HTTPResponse
        do {
            response = try await route(request, requestID, text, &service)
        } catch {
            let failure = DoorProblem.failure(for: error)
            if failure.status >= 500 {
                logger.warning(
                    "Request failed", [.string("request_id", text), .error("error", error)])
            }
            response = DoorProblem.response(failure, requestID)
        }
        response.headers.set("X-Request-ID", text)
        let milliseconds = loop.now - started
        meters.record(service, status: response.status, milliseconds: milliseconds)
        logger.info(
            "Request answered",
            [
                .string("request_id", text), .string("http.method", request.method.rawValue),
                .string("service", service?.rawValue ?? "none"), .int("http.status", response.status),
                .int("http.duration_ms", Int(milliseconds)),
            ])
        return response
    }

    private func route(
        _ request: HTTPRequest, _ requestID: RequestID, _ requestIDText: String, _ service: inout ServiceName?
    ) async throws -> HTTPResponse {
        guard let path = NormalisedPath(request.path) else { throw Failure(.badRequest, "The path is malformed.") }
        let host = request.headers["host"] ?? ""
        guard let tenant = tenant(of: host) else {
            // What the data folder has may be older than the tenant.
            throw state.isCurrent ? Failure(.notFound) : Failure(.unavailable, headers: [("Retry-After", "1")])
        }
        if path.segments.count == 2, let document = try await documents.answer(path, request) { return document }
        guard let found = ServiceRoutes.service(for: path) else { throw Failure(.notFound) }
        service = found
        let authorization =
            switch try checked(Credential(request.headers), tenant) {
            case .apiKey(let key): Authorization.exchanged(try await keys.token(for: key, of: tenant))
            case .token: Authorization.asItCame
            case .none, .malformed: Authorization.none
            }
        let known = state.sequence
        let response = try await forwarder.forward(
            request, to: found, tenant: tenant, host: host, authorization: authorization, requestID: requestID,
            requestIDText: requestIDText)
        if Self.changesTenants(request, path, response) { await awaitChange(after: known) }
        return response
    }

    /// Whether the answer tells of a tenant that this process may not know yet.
    private static func changesTenants(
        _ request: HTTPRequest, _ path: NormalisedPath, _ response: HTTPResponse
    ) -> Bool {
        request.method == .post && 200..<300 ~= response.status
            && path.segments.starts(with: ["api", "v1", "platform", "tenants"])
    }

    /// Lets the change feed bring what an answer is about, so that whoever has just made a tenant reaches it at once.
    ///
    /// A repeated request changes nothing, so the wait is short.
    private func awaitChange(after sequence: Int64) async {
        let started = loop.now
        do {
            while state.sequence == sequence, loop.now - started < Self.feedPatience {
                try await loop.sleep(for: .milliseconds(5))
            }
        } catch {
            // The loop is stopping: the answer goes out as it is.
        }
    }

    /// The tenant of a host; nil for a name that nobody has, whatever the reason.
    private func tenant(of host: String) -> TenantID? {
        let found: FeedTenant? =
            switch hosts.place(of: host) {
            case .label(let label): state.tenant(subdomain: String(label))
            case .foreign(let domain): state.tenant(domain: String(domain))
            case .app, .base: nil
            }
        guard let found, found.status != .deleted else { return nil }
        return found.id
    }

    /// The credential, if it is none or one that may be right; an absent one is for the service's guards to judge.
    ///
    /// A person's token is passed on as it came, a key as the token for which it is exchanged.
    private func checked(_ credential: Credential, _ tenant: TenantID) throws -> Credential {
        switch credential {
        case .malformed: throw Failure(.invalidToken, headers: [("WWW-Authenticate", "Bearer")])
        case .token(let token):
            do { _ = try people.principal(token, tenant: tenant) } catch {
                // A key that the data folder does not have yet may have signed it.
                throw state.isCurrent ? error : Failure(.unavailable, headers: [("Retry-After", "1")])
            }
        case .none, .apiKey: break
        }
        return credential
    }
}

/// What becomes of a request's Authorization field.
enum Authorization {
    case none
    case asItCame
    case exchanged(String)
}
