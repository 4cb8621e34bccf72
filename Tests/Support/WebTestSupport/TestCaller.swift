package import Models

/// As whom a test asks.
package enum TestCaller: Sendable, Hashable, CustomStringConvertible {
    /// Through the gateway, without a credential.
    case anonymous
    /// Through the gateway, as a person of the request's tenant; super admins belong to the platform.
    case user(Role)
    /// As a certain person of the request's tenant.
    case person(UserID, Role)
    /// As a certain person, in a session that the service knows.
    case session(SessionID, UserID, Role)
    /// A super admin who acts as a person of the request's tenant.
    case impersonating(Role)
    /// With an API key of the request's tenant.
    case apiKey(Set<Scope>)
    /// As a person of another tenant than the request's.
    case stranger(Role)
    /// With an API key of another tenant.
    case strangerKey(Set<Scope>)
    /// A super admin who is let into some areas of the platform.
    case superAdmin([PlatformArea])
    /// A person of the request's tenant who was deactivated, or changed, since the token was issued.
    case departed(Role)
    /// A person without an account.
    case visitor
    /// Through the gateway, with a service's token in place of a person's.
    case serviceAtGateway(ServiceName)
    /// On the internal listener, with all that the service was granted.
    case service(ServiceName)
    /// Past the gateway, with a person's token and all of the gateway's headers but its own token.
    case intruder(Role)

    package var description: String {
        switch self {
        case .anonymous: "anonymous"
        case .user(let role): "user \(role.rawValue)"
        case .person(_, let role): "person \(role.rawValue)"
        case .session(_, _, let role): "session of \(role.rawValue)"
        case .impersonating(let role): "impersonated \(role.rawValue)"
        case .apiKey(let scopes): "key \(scopes.map(\.rawValue).sorted().joined(separator: " "))"
        case .stranger(let role): "stranger \(role.rawValue)"
        case .strangerKey: "stranger's key"
        case .superAdmin(PlatformArea.allCases): "super admin"
        case .superAdmin(let areas): "super admin of \(areas.map(\.rawValue).joined(separator: " "))"
        case .departed(let role): "departed \(role.rawValue)"
        case .visitor: "visitor"
        case .serviceAtGateway(let name): "service \(name.rawValue) at the gateway"
        case .service(let name): "service \(name.rawValue)"
        case .intruder(let role): "intruder \(role.rawValue)"
        }
    }
}
