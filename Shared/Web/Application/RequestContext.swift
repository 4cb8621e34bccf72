package import Auth
import HTTP
package import IO
import JSON
package import Models
package import Postgres
package import Telemetry

/// Who asks, for which tenant, and under which names the work for the request is logged.
///
/// Everything in it has been checked: the gateway vouched for tenant, address, scheme and host, and the principal's
/// token was verified here.
package final class RequestContext: Sendable {
    /// The tenant of the host; for an internal route the one that the caller named.
    package let tenant: TenantID
    /// Nil on a public route without a credential, and on an unguarded one.
    package let principal: Principal?
    package let requestID: RequestID
    package let trace: TraceContext
    package let loop: EventLoop
    /// The client's address as the gateway saw it.
    package let clientAddress: String
    /// `http` or `https`, as the client spoke to the gateway.
    package let scheme: String
    /// The host that the client named.
    package let host: String
    package let knowledge: any TenantKnowledge
    package let operationID: String
    private let base: Logger

    package init(
        tenant: TenantID, principal: Principal?, requestID: RequestID, trace: TraceContext, loop: EventLoop,
        clientAddress: String, scheme: String, host: String, knowledge: any TenantKnowledge, operationID: String,
        logger: Logger
    ) {
        self.tenant = tenant
        self.principal = principal
        self.requestID = requestID
        self.trace = trace
        self.loop = loop
        self.clientAddress = clientAddress
        self.scheme = scheme
        self.host = host
        self.knowledge = knowledge
        self.operationID = operationID
        base = logger
    }

    /// Logs with the request's id, trace and tenant; made anew at each use, so keep it for several lines.
    package var logger: Logger {
        base.with([
            .string("request_id", requestID.description), .string("trace_id", trace.traceID),
            .string("tenant_id", tenant.description),
        ])
    }

    /// The settings that hold for the tenant.
    package var settings: EffectiveSettings { knowledge.effectiveSettings(of: tenant) }

    /// The database as the request's tenant sees it.
    package func database(_ database: Database) -> TenantDatabase { database.tenant(tenant) }

    /// Who does what the request does, as JSON for the audit log.
    func deedOrigin() throws -> String {
        var origin = InternalAPI.DeedOrigin(
            userID: nil, apiKeyID: nil, impersonatorID: nil, requestID: requestID.jsonText,
            clientAddress: clientAddress)
        switch principal {
        case .user(let user): (origin.userID, origin.impersonatorID) = (user.userID, user.impersonator)
        case .apiKey(let key): origin.apiKeyID = key.keyID
        case .service, .visitor, nil: break
        }
        return String(decoding: try JSON.encode(origin), as: UTF8.self)
    }

    /// Whoever asks; 401 for nobody.
    package var caller: Principal {
        get throws(Failure) {
            guard let principal else { throw Failure(.unauthenticated) }
            return principal
        }
    }

    /// The person who asks; 403 for an API key or a service.
    package var user: UserPrincipal {
        get throws(Failure) {
            guard let user = try caller.user else { throw Failure(.forbidden) }
            return user
        }
    }

    /// The service that asks on an internal route.
    package var internalCaller: ServiceName? {
        guard case .service(let service) = principal else { return nil }
        return service.name
    }

    /// Whether the caller may do it, the tenant's own setting of what agents see included.
    package func has(_ permission: Permission) -> Bool {
        guard let principal else { return false }
        if principal.has(permission) { return true }
        return [.callsReadAll, .usersRead].contains(permission) && principal.user?.role == .agent
            && settings[Settings.visibility] == .organisation
    }
}
