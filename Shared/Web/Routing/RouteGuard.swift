package import Models
import Auth

/// Who may call a route; the first thing to read in a route table.
package struct RouteGuard: Sendable, Hashable {
    /// The rule behind the guard's name, for tests that try every route as every caller.
    package enum Rule: Sendable, Hashable {
        case anybody
        case signedIn
        case user
        case permission([Permission])
        case platform([Permission])
        case service(ServiceScope?)
        case unguarded
    }

    package let rule: Rule

    private init(_ rule: Rule) { self.rule = rule }

    /// Anybody at a tenant's host; a credential that is shown is checked all the same.
    package static let `public` = RouteGuard(.anybody)
    /// A person or an API key of the tenant.
    package static let signedIn = RouteGuard(.signedIn)
    /// A person of the tenant.
    package static let user = RouteGuard(.user)
    /// Any service with a token for this one, on the internal listener.
    package static let anyService = RouteGuard(.service(nil))
    /// Nobody is asked for anything, on the internal listener: for what makes service tokens.
    package static let unguarded = RouteGuard(.unguarded)

    /// A person or an API key that has one of the permissions.
    package static func permission(_ permission: Permission, or others: Permission...) -> RouteGuard {
        RouteGuard(.permission([permission] + others))
    }

    /// A super admin with one of the permissions, at the platform's host; elsewhere the route is not there.
    package static func platform(_ permission: Permission, or others: Permission...) -> RouteGuard {
        RouteGuard(.platform([permission] + others))
    }

    /// A service that was granted the scope, on the internal listener.
    package static func service(_ scope: ServiceScope) -> RouteGuard { RouteGuard(.service(scope)) }

    /// Whether the guard belongs on the internal listener.
    package var isInternal: Bool {
        switch rule {
        case .service, .unguarded: true
        default: false
        }
    }

    /// Throws what the caller is told when the guard does not let them in.
    func admit(_ principal: Principal?, tenant: TenantID, has: (Permission) -> Bool) throws(Failure) {
        switch rule {
        case .anybody, .unguarded: return
        case .platform where tenant != .platform: throw Failure(.notFound)
        default: break
        }
        guard let principal else {
            throw Failure(.unauthenticated, headers: [("WWW-Authenticate", "Bearer")])
        }
        let isAdmitted =
            switch (rule, principal) {
            case (.signedIn, .user), (.signedIn, .apiKey), (.user, .user): true
            case (.permission(let permissions), .user), (.permission(let permissions), .apiKey),
                (.platform(let permissions), .user):
                permissions.contains(where: has)
            case (.service(let scope), .service(let service)): scope.map(service.scopes.contains) ?? true
            default: false
            }
        guard isAdmitted else { throw Failure(.forbidden) }
    }
}
