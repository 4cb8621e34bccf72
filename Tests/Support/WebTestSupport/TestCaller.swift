package import Models

/// As whom a test asks.
package enum TestCaller: Sendable, Hashable, CustomStringConvertible {
    /// Through the gateway, without a credential.
    case anonymous
    /// Through the gateway, as a person of the request's tenant; super admins belong to the platform.
    case user(Role)
    /// As a certain person of the request's tenant.
    case person(UserID, Role)
    /// A super admin who acts as a person of the request's tenant.
    case impersonating(Role)
    /// With an API key of the request's tenant.
    case apiKey(Set<Scope>)
    /// As a person of another tenant than the request's.
    case stranger(Role)
    /// On the internal listener, with all that the service was granted.
    case service(ServiceName)
    /// Past the gateway, with a person's token and all of the gateway's headers but its own token.
    case intruder(Role)

    package var description: String {
        switch self {
        case .anonymous: "anonymous"
        case .user(let role): "user \(role.rawValue)"
        case .person(_, let role): "person \(role.rawValue)"
        case .impersonating(let role): "impersonated \(role.rawValue)"
        case .apiKey(let scopes): "key \(scopes.map(\.rawValue).sorted().joined(separator: " "))"
        case .stranger(let role): "stranger \(role.rawValue)"
        case .service(let name): "service \(name.rawValue)"
        case .intruder(let role): "intruder \(role.rawValue)"
        }
    }
}
