import Auth
import Crypto
package import HTTP
package import IO
import Models
package import ServiceKit
package import Telemetry

/// Answers the requests of one listener on one loop by a route table.
///
/// The order of things: trust, route, tenant, principal, guard, parts of the request, handler. Whatever is thrown on the
/// way becomes an answer and at most one line of the log here, and nowhere else. Confined to its loop.
package final class WebApplication: @unchecked Sendable {
    /// Which of a service's two listeners it answers.
    package enum Listener: Sendable {
        /// Behind the gateway.
        case service
        /// For other services.
        case `internal`
    }

    private let loop: EventLoop
    private let logger: Logger
    private let listener: Listener
    private let router: Router
    private let trust: Trust
    private let idempotency: (any IdempotencyGuard)?
    private let meters: RouteMeters
    private let document: OpenAPIDocument

    package init(
        loop: EventLoop, logger: Logger, metrics: Metrics, routes: RouteTable, trust: Trust,
        listener: Listener = .service, idempotency: (any IdempotencyGuard)? = nil
    ) {
        for route in routes.routes {
            precondition(
                route.access.isInternal == (listener == .internal), "\(route.template) is on the wrong listener")
            precondition(!route.has(.idempotent) || idempotency != nil, "\(route.template) needs an idempotency guard")
        }
        self.loop = loop
        self.logger = logger
        self.listener = listener
        self.trust = trust
        self.idempotency = idempotency
        router = Router(routes.routes)
        meters = RouteMeters(metrics, routes: routes.routes)
        document = OpenAPIDocument(routes, logger: logger)
    }

    /// An application on the loop of a seat.
    package convenience init(
        _ seat: ServiceSeat<some ServiceConfiguration>, routes: RouteTable, trust: Trust,
        listener: Listener = .service, idempotency: (any IdempotencyGuard)? = nil
    ) {
        self.init(
            loop: seat.loop, logger: seat.logger, metrics: seat.metrics, routes: routes, trust: trust,
            listener: listener, idempotency: idempotency)
    }

    /// What the HTTP server calls.
    package var handler: HTTPHandler { { request in await self.answer(request) } }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let exchange = Exchange(request, isBelieved: listener == .internal)
        var response: HTTPResponse
        var failure: Failure?
        do {
            response = try await serve(request, exchange)
        } catch {
            let told = ErrorResponder.failure(for: complete(error, exchange))
            failure = told
            if told.status >= 500, !(error is CancellationError) {
                exchange.logger(logger).error(
                    "Request failed", [.string("operation", exchange.operationID), .error("error", error)])
            }
            response = ErrorResponder.response(told, requestID: exchange.requestID)
        }
        response.headers.set("X-Request-ID", exchange.requestID.description)
        finish(exchange, response.status, failure)
        return response
    }

    /// A fault of the query that one part found is completed by those of the others.
    private func complete(_ error: any Error, _ exchange: Exchange) -> any Error {
        guard let incoming = exchange.incoming else { return error }
        let failure = ErrorResponder.failure(for: error)
        guard failure.code == .invalidQuery, !failure.errors.isEmpty else { return error }
        let faults = incoming.route.queryFaults(incoming)
        return faults.isEmpty ? error : Failure(.invalidQuery, errors: faults)
    }

    /// Judges tokens; before the feed has been heard since the start, a key that is not known may well exist, so whoever
    /// shows its token is told to come back instead of being refused.
    private func believing<Value>(_ judge: () throws -> Value) throws -> Value {
        do { return try judge() } catch let error as TokenError {
            guard trust.knowledge.isCurrent else { throw Failure(.unavailable, headers: [("Retry-After", "1")]) }
            throw error
        }
    }

    private func serve(_ request: HTTPRequest, _ exchange: Exchange) async throws -> HTTPResponse {
        var forwarded = Trust.Forwarded(tenant: nil, clientAddress: request.remote.host, scheme: "http", host: "")
        if listener == .service {
            forwarded = try believing { try trust.forwarded(request) }
            exchange.believe(request)
        }
        guard let path = RequestPath(request.path) else { throw Failure(.badRequest, "The path is malformed.") }
        if listener == .service, path.segments == ["api", "openapi.json"] {
            exchange.operationID = "get_openapi"
            return try document.response(to: request)
        }
        let route = try find(request, path)
        exchange.operationID = route.operationID
        let incoming = try IncomingRequest(request, route: route, path: path)
        exchange.incoming = incoming
        let (tenant, principal) = try believing { try admit(request, route, forwarded, exchange) }
        let context = RequestContext(
            tenant: tenant, principal: principal, requestID: exchange.requestID, trace: exchange.trace, loop: loop,
            clientAddress: forwarded.clientAddress, scheme: forwarded.scheme, host: forwarded.host,
            knowledge: trust.knowledge, operationID: route.operationID, logger: logger)
        try route.access.admit(principal, tenant: tenant) { context.has($0) }
        try refuseDangerous(route, principal)
        let origin = route.has(.audited) ? try context.deedOrigin() : nil
        return try await TraceContext.$current.withValue(exchange.trace) {
            try await InternalAPI.DeedOrigin.$text.withValue(origin) {
                try await answer(route, incoming, context)
            }
        }
    }

    private func answer(
        _ route: Route, _ incoming: IncomingRequest, _ context: RequestContext
    ) async throws -> HTTPResponse {
        if route.has(.idempotent), let idempotency, let key = try await self.key(incoming, context) {
            return try await idempotency.run(key) { try await route.endpoint(context, incoming) }
        }
        return try await route.endpoint(context, incoming)
    }

    private func find(_ request: HTTPRequest, _ path: RequestPath) throws(Failure) -> Route {
        switch router.match(request.method, path.segments) {
        case .route(let route): return route
        case .otherMethod(let allowed):
            throw Failure(.methodNotAllowed, headers: [("Allow", allowed.joined(separator: ", "))])
        case .none: throw Failure(.notFound)
        }
    }

    /// Whose tenant and who asks.
    private func admit(
        _ request: HTTPRequest, _ route: Route, _ forwarded: Trust.Forwarded, _ exchange: Exchange
    ) throws -> (TenantID, Principal?) {
        if listener == .internal {
            let principal = try trust.service(request)
            exchange.principal = principal
            let tenant = try Trust.tenant(request)
            guard tenant != nil || route.has(.withoutTenant) else {
                throw Failure(.badRequest, "X-Switchboard-Tenant is missing.")
            }
            exchange.tenant = tenant
            return (tenant ?? .platform, principal)
        }
        guard let tenant = forwarded.tenant else { throw Failure(.badRequest, "X-Switchboard-Tenant is missing.") }
        exchange.tenant = tenant
        if tenant != .platform {
            guard let known = trust.knowledge.tenant(tenant), known.status != .deleted else {
                throw trust.knowledge.isCurrent
                    ? Failure(.notFound) : Failure(.unavailable, headers: [("Retry-After", "1")])
            }
            if known.status == .suspended, !route.has(.allowedWhenSuspended) { throw Failure(.tenantSuspended) }
        }
        let principal = route.has(.foreignCredential) ? nil : try trust.person(request, in: tenant)
        exchange.principal = principal
        return (tenant, principal)
    }

    private func refuseDangerous(_ route: Route, _ principal: Principal?) throws(Failure) {
        if route.has(.dangerous), trust.knowledge.age > .seconds(60) {
            throw Failure(
                .unavailable, "What was revoked lately is not known at the moment; try again.",
                headers: [("Retry-After", "10")])
        }
        if route.has(.notWhileImpersonating), principal?.impersonator != nil {
            throw Failure(.forbidden, "This cannot be done while acting as somebody else.")
        }
    }

    private func key(_ incoming: IncomingRequest, _ context: RequestContext) async throws -> IdempotencyKey? {
        guard let key = incoming.request.headers["Idempotency-Key"] else { return nil }
        guard (1...IdempotencyKey.longest).contains(key.utf8.count) else {
            throw Failure(.badRequest, "Idempotency-Key has 1 to \(IdempotencyKey.longest) characters.")
        }
        let principal = context.principal.map { "\($0.kind)/\($0.subject)" } ?? "anybody/\(context.clientAddress)"
        return IdempotencyKey(
            key: key, tenant: context.tenant, principal: principal, method: incoming.request.method.rawValue,
            route: incoming.request.path, bodyDigest: SHA256.digest(try await incoming.bytes()))
    }

    private func finish(_ exchange: Exchange, _ status: Int, _ failure: Failure?) {
        let duration = exchange.start.duration(to: .now)
        meters.record(exchange.operationID, status: status, duration)
        Tracer.process.record(span(exchange, status, duration))
        exchange.logger(logger).info(
            "Request answered",
            [
                .string("operation", exchange.operationID), .string("method", exchange.method.rawValue),
                .int("status", status), .string("code", failure?.code.rawValue ?? ""),
                .double("duration_ms", duration / .milliseconds(1)),
                .string("caller", exchange.principal.map { "\($0.kind)/\($0.subject)" } ?? ""),
            ])
    }

    private func span(_ exchange: Exchange, _ status: Int, _ duration: Duration) -> TraceSpan {
        var attributes = [
            (name: "http.request.method", value: exchange.method.rawValue),
            (name: "http.response.status_code", value: "\(status)"),
            (name: "request.id", value: exchange.requestID.description),
        ]
        if let tenant = exchange.tenant { attributes.append((name: "tenant.id", value: tenant.description)) }
        return TraceSpan(
            exchange.operationID, .server, trace: exchange.trace, parent: exchange.cause, took: duration,
            attributes: attributes, hasFailed: status >= 500)
    }
}
