import Auth
import Clients
import FoundationEssentials
import HTTP
import IO
import JSON
import Models
import ServiceKit
import Telemetry

/// Answers every request that comes in: with a service's answer, or with a problem of its own.
///
/// Confined to its loop.
final class FrontDoor: @unchecked Sendable {
    /// Milliseconds that an answer waits for the change feed.
    private static let feedPatience: UInt64 = 500
    /// What the shared host answers: hooks of the platform's own accounts, companies that ask for one, and people who have
    /// forgotten theirs.
    private static let shared: [[Substring]] = [
        ["hooks"], ["api", "v1", "setup-requests"], ["api", "v1", "auth", "find-tenants"],
    ]

    private let hosts: HostNames
    private let base: WebAddress
    private let state: ChangeFeedState
    private let people: TokenVerifier
    private let keys: KeyExchange
    private let forwarder: Forwarder
    private let documents: APIDocuments
    private let transport: TransportRules
    private let limits: DoorLimits
    private let edge: Edge
    private let loop: EventLoop
    private let logger: Logger
    private let meters: DoorMeters
    /// The last tenant that was found by its host, which is often the next one's too; until the feed tells of a change.
    private var last: (host: String, tenant: FeedTenant)?
    /// Takes providers' hooks; without it they are requests like any other.
    var hooks: HookDoor?
    /// Counts what tenants use; nil where nobody asks.
    var usage: UsageTally?
    /// The page of the platform's dashboard.
    var health: PlatformHealth?

    init(
        hosts: HostNames, state: ChangeFeedState, people: TokenVerifier, keys: KeyExchange, forwarder: Forwarder,
        documents: APIDocuments, transport: TransportRules, limits: DoorLimits, edge: Edge, loop: EventLoop,
        logger: Logger, metrics: Metrics
    ) {
        self.hosts = hosts
        base = hosts.address
        self.state = state
        self.people = people
        self.keys = keys
        self.forwarder = forwarder
        self.documents = documents
        self.transport = transport
        self.limits = limits
        self.edge = edge
        self.loop = loop
        self.logger = logger
        meters = DoorMeters(metrics)
        state.observe { [weak self] _ in self?.last = nil }
    }

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let visit = Visit(request, requestID: .make(), started: loop.now, scheme: transport.scheme(of: request))
        edge.enter(visit)
        var response: HTTPResponse
        do {
            response = try await answer(visit)
            // A body that was cut off is no request that the service could have answered.
            if visit.request.body.isTooLarge { throw Failure(.bodyTooLarge) }
        } catch {
            let failure =
                visit.request.body.isTooLarge ? Failure(.bodyTooLarge) : DoorProblem.failure(for: error)
            if failure.status >= 500 {
                logger.warning(
                    "Request failed", [.string("request_id", visit.requestIDText), .error("error", error)])
            }
            response = DoorProblem.response(failure, visit.requestID)
        }
        if edge.leave(&response, visit) { await edge.compress(&response, visit) }
        response.lines.add("X-Request-ID", visit.requestIDText)
        response.lines.add(visit.answerLines)
        limits.finish(visit, &response)
        record(visit, &response)
        return response
    }

    private func record(_ visit: Visit, _ response: inout HTTPResponse) {
        let status = response.status
        meters.record(visit.route, visit.tenant, status: status, milliseconds: loop.now - visit.started)
        Tracer.process.record(span(visit, status))
        count(visit, &response)
        guard case .upgraded(let run) = response.body else { return log(visit, status) }
        response.body = .upgraded { [self] input, output in
            defer { log(visit, status) }
            try await run(input, output)
        }
    }

    /// Counts the request and its bytes for the tenant; those of a long answer when it has ended.
    private func count(_ visit: Visit, _ response: inout HTTPResponse) {
        guard let usage, let tenant = visit.tenant?.id, tenant != .platform, visit.route != nil else { return }
        let body = visit.request.body
        switch response.body {
        case .empty: usage.add(tenant, received: body.received, sent: 0)
        case .bytes(let bytes): usage.add(tenant, received: body.received, sent: Int64(bytes.count))
        case .stream(let length, let write):
            response.body = .stream(length: length) { writer in
                defer { usage.add(tenant, received: body.received, sent: writer.written) }
                try await write(writer)
            }
        case .upgraded(let run):
            response.body = .upgraded { input, output in
                defer {
                    usage.add(
                        tenant, received: Int64(visit.relay?.received ?? 0), sent: Int64(visit.relay?.sent ?? 0))
                }
                try await run(input, output)
            }
        }
    }

    private func span(_ visit: Visit, _ status: Int) -> TraceSpan {
        var attributes = [
            (name: "http.request.method", value: visit.request.method.rawValue),
            (name: "http.response.status_code", value: "\(status)"),
            (name: "request.id", value: visit.requestIDText),
        ]
        if let tenant = visit.tenant { attributes.append((name: "tenant.id", value: tenant.id.description)) }
        return TraceSpan(
            visit.route?.template ?? "none", .server, trace: visit.trace, parent: visit.cause,
            took: .milliseconds(Int64(loop.now - visit.started)), attributes: attributes, hasFailed: status >= 500)
    }

    private func log(_ visit: Visit, _ status: Int) {
        var fields: [LogField] = [
            .string("request_id", visit.requestIDText), .string("http.method", visit.request.method.rawValue),
            .string("service", visit.route?.service.rawValue ?? "none"), .int("http.status", status),
            .int("http.duration_ms", Int(loop.now - visit.started)),
        ]
        if let relay = visit.relay {
            fields += [.int("http.received_bytes", relay.received), .int("http.sent_bytes", relay.sent)]
        }
        logger.info("Request answered", fields)
    }

    /// The stages of a request, in their order; each may end it by throwing a `Failure`.
    private func answer(_ visit: Visit) async throws -> HTTPResponse {
        if let challenge = transport.challenge(visit) { return try await challenge() }
        if transport.isNeeded, let answer = try transport.answer(visit) { return answer }
        guard let path = NormalisedPath(visit.path) else {
            throw Failure(.badRequest, "The path is malformed.")
        }
        var found = tenant(of: visit.host, path)
        if found == nil, let former = formerTenant(of: visit.host) {
            if !FormerName.serves(path) { try limits.admit(.anonymous, visit) }
            if let answer = try FormerName.answer(visit.request, path, of: former, base: base) { return answer }
            found = former
        }
        guard let tenant = found else {
            try limits.admit(.anonymous, visit)
            // What the data folder has may be older than the tenant.
            throw state.isCurrent ? Failure(.notFound) : Failure(.unavailable, headers: [("Retry-After", "1")])
        }
        visit.tenant = tenant
        if path.count == 2, path.segments[0] == "api" {
            try limits.admit(.anonymous, visit)
            if let document = try await documents.answer(path, visit.request) { return document }
        }
        if let health, let page = try health.answer(path, visit, { try principal(visit, tenant.id) }) { return page }
        guard let route = RouteTable.route(for: path) else { return try await edge.file(at: path, for: visit) }
        visit.route = route
        try limits.admitBody(visit, route)
        // A provider's credentials are its service's to judge.
        if route.kind == .hook, let hooks {
            try limits.admit(visit, route, hasCredential: false)
            try await limits.admit(visit, tenant, route)
            return try await hooks.answer(visit, path, route, tenant.id)
        }
        if visit.request.upgrade != nil {
            try UpgradeOffer.checkOrigin(of: visit) { edge.allows($0, visit) }
            visit.offer = try UpgradeOffer(&visit.request)
        }
        if let answer = try edge.admit(visit, to: route) { return answer }
        // An offer of WebSocket may have brought one from elsewhere.
        let isShown = visit.fields.contains(.authorization) || visit.offer != nil
        let credential = isShown ? Credential(visit.request.headers) : .none
        try limits.admit(visit, route, hasCredential: credential != .none)
        if case .apiKey(let key) = credential {
            visit.authorization = .exchanged(try await exchanged(key, visit, tenant.id))
        } else {
            visit.authorization = try judged(credential, visit, tenant.id)
        }
        // What needs no wait suspends nowhere.
        if !limits.admitEasily(visit, tenant, route) { try await limits.admit(visit, tenant, route) }
        let known = state.sequence
        let response = try await forwarder.forward(visit, to: route, tenant: tenant.id)
        if visit.request.method == .post, Self.changesTenants(path, response) { await awaitChange(after: known) }
        return response
    }

    /// Who asks the gateway itself.
    private func principal(_ visit: Visit, _ tenant: TenantID) throws -> Principal? {
        guard case .token(let token) = try checked(Credential(visit.request.headers), tenant) else { return nil }
        return try people.principal(String(decoding: token, as: UTF8.self), tenant: tenant)
    }

    /// What becomes of a credential that is no API key.
    private func judged(_ credential: Credential, _ visit: Visit, _ tenant: TenantID) throws -> Authorization {
        do {
            if case .token = try checked(credential, tenant) { return .asItCame }
            return .none
        } catch {
            throw counted(error, visit)
        }
    }

    /// The token for which an API key is exchanged.
    private func exchanged(_ key: String, _ visit: Visit, _ tenant: TenantID) async throws -> String {
        do {
            let known = try await keys.token(for: key, of: tenant)
            visit.apiKey = known.name
            return known.token
        } catch {
            throw counted(error, visit)
        }
    }

    /// Counts a credential that is refused.
    private func counted(_ error: any Error, _ visit: Visit) -> any Error {
        if DoorProblem.failure(for: error).status == 401 { limits.credentialFailed(visit) }
        return error
    }

    /// Whether the answer to a POST tells of a tenant that this process may not know yet.
    private static func changesTenants(_ path: NormalisedPath, _ response: HTTPResponse) -> Bool {
        200..<300 ~= response.status && path.segments.starts(with: ["api", "v1", "platform", "tenants"])
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
    private func tenant(of host: String, _ path: NormalisedPath) -> FeedTenant? {
        if let last, last.host == host { return last.tenant }
        let place = hosts.place(of: host)
        let found: FeedTenant? =
            switch place {
            case .label(let label): state.tenant(subdomain: label)
            case .foreign(let domain): state.tenant(domain: domain)
            case .app:
                Self.shared.contains { path.segments.starts(with: $0) } ? state.tenant(.platform) : nil
            case .base: nil
            }
        guard let found, found.status != .deleted else { return nil }
        if place != .app { last = (host, found) }
        return found
    }

    private func formerTenant(of host: String) -> FeedTenant? {
        guard case .label(let label) = hosts.place(of: host),
            let found = state.tenant(formerSubdomain: String(label)), found.status != .deleted
        else { return nil }
        return found
    }

    /// The credential, if it is none or one that may be right; an absent one is for the service's guards to judge.
    ///
    /// A person's token is passed on as it came, a key as the token for which it is exchanged.
    private func checked(_ credential: Credential, _ tenant: TenantID) throws -> Credential {
        switch credential {
        case .malformed: throw Failure(.invalidToken, headers: [("WWW-Authenticate", "Bearer")])
        case .token(let token):
            do { try people.check(token, tenant: tenant) } catch {
                // A key that the data folder does not have yet may have signed it.
                throw state.isCurrent ? error : Failure(.unavailable, headers: [("Retry-After", "1")])
            }
        case .none, .apiKey: break
        }
        return credential
    }
}
