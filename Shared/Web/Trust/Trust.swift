package import Auth
import HTTP
package import Models

/// Whom a service believes: the keys that tokens are verified with, and what the change feed knows of tenants.
///
/// Confined to one loop, as the verifiers are.
package final class Trust: @unchecked Sendable {
    /// The service that asks, as the audience of services' tokens.
    package let service: ServiceName
    package let people: TokenVerifier
    package let services: TokenVerifier
    package let knowledge: any TenantKnowledge

    package init(
        service: ServiceName, people: TokenVerifier, services: TokenVerifier, knowledge: any TenantKnowledge
    ) {
        self.service = service
        self.people = people
        self.services = services
        self.knowledge = knowledge
    }

    /// What the gateway vouches for.
    struct Forwarded {
        var tenant: TenantID?
        var clientAddress: String
        var scheme: String
        var host: String
    }

    // The service listener.

    /// Believes what the gateway says of a request; 401 without the gateway's own token.
    func forwarded(_ request: HTTPRequest) throws -> Forwarded {
        guard let token = request.headers["X-Switchboard-Gateway"] else { throw Failure(.unauthenticated) }
        let principal = try services.principal(token, tenant: nil)
        guard principal.has(.requestsForward) else { throw Failure(.unauthenticated) }
        return Forwarded(
            tenant: try Self.tenant(request), clientAddress: request.headers["X-Switchboard-Client-Address"] ?? "",
            scheme: request.headers["X-Switchboard-Scheme"] ?? "http", host: request.headers["X-Switchboard-Host"] ?? ""
        )
    }

    /// The person, key or visitor of a request; nil when it shows no credential.
    func person(_ request: HTTPRequest, in tenant: TenantID) throws -> Principal? {
        guard let token = try Self.bearer(request) else { return nil }
        return try people.principal(token, tenant: tenant)
    }

    // The internal listener.

    /// The service that asks; nil without a token.
    func service(_ request: HTTPRequest) throws -> Principal? {
        guard let token = try Self.bearer(request) else { return nil }
        return try services.principal(token, tenant: nil)
    }

    static func tenant(_ request: HTTPRequest) throws(Failure) -> TenantID? {
        guard let text = request.headers["X-Switchboard-Tenant"] else { return nil }
        do { return try TenantID(jsonText: text) } catch {
            throw Failure(.badRequest, "X-Switchboard-Tenant is no identifier.")
        }
    }

    private static func bearer(_ request: HTTPRequest) throws(Failure) -> String? {
        let fields = request.headers.all(named: "Authorization")
        guard let field = fields.first else { return nil }
        // The scheme's name has no case (RFC 9110, 11.1).
        guard fields.count == 1, field.prefix(7).lowercased() == "bearer ", field.utf8.count > 7 else {
            throw Failure(.invalidToken, headers: [("WWW-Authenticate", "Bearer")])
        }
        return String(field.dropFirst(7))
    }
}
