package import Models

/// Who asks, as far as a verified token tells.
package enum Principal: Sendable, Hashable {
    case user(UserPrincipal)
    case apiKey(APIKeyPrincipal)
    case service(ServicePrincipal)
    case visitor(VisitorPrincipal)

    /// The tenant of the token; a service speaks for none, or for the one of the request.
    package var tenantID: TenantID? {
        switch self {
        case .user(let user): user.tenantID
        case .apiKey(let key): key.tenantID
        case .service: nil
        case .visitor(let visitor): visitor.tenantID
        }
    }

    /// What guards of routes ask for; services and visitors have none of these.
    package var permissions: Set<Permission> {
        switch self {
        case .user(let user): user.permissions
        case .apiKey(let key): key.permissions
        case .service, .visitor: []
        }
    }

    /// Whether the principal may do it.
    package func has(_ permission: Permission) -> Bool {
        switch self {
        case .user(let user): user.permissions.contains(permission)
        case .apiKey(let key): key.permissions.contains(permission)
        case .service, .visitor: false
        }
    }

    /// Whether the principal is a service with this grant.
    package func has(_ scope: ServiceScope) -> Bool {
        guard case .service(let service) = self else { return false }
        return service.scopes.contains(scope)
    }

    /// The signed-in user, or the impersonated one.
    package var user: UserPrincipal? {
        guard case .user(let user) = self else { return nil }
        return user
    }

    /// The super admin behind an impersonation, who may not contact people, pay or make keys.
    package var impersonator: UserID? { user?.impersonator }

    /// The kind, as logs and the audit log name it.
    package var kind: String {
        switch self {
        case .user: "user"
        case .apiKey: "api_key"
        case .service: "service"
        case .visitor: "visitor"
        }
    }

    /// The id within the kind.
    package var subject: String {
        switch self {
        case .user(let user): user.userID.description
        case .apiKey(let key): key.keyID.description
        case .service(let service): service.name.rawValue
        case .visitor(let visitor): visitor.sessionID.description
        }
    }
}

/// A signed-in user; the permissions are those of the role.
package struct UserPrincipal: Sendable, Hashable {
    package let userID: UserID
    package let tenantID: TenantID
    package let role: Role
    package let sessionID: SessionID
    package let version: Int64
    package let impersonator: UserID?
    package let permissions: Set<Permission>

    /// A user as a verified token describes them.
    package init(
        userID: UserID, tenantID: TenantID, role: Role, sessionID: SessionID, version: Int64,
        impersonator: UserID? = nil, areas: [PlatformArea]? = nil
    ) {
        self.userID = userID
        self.tenantID = tenantID
        self.role = role
        self.sessionID = sessionID
        self.version = version
        self.impersonator = impersonator
        guard role == .superAdmin, let areas else {
            permissions = role.permissions
            return
        }
        permissions = areas.reduce(into: []) { $0.formUnion($1.permissions) }
    }
}

/// An API key; the permissions are those of its scopes, such as `calls.read_all` of `calls.read`.
package struct APIKeyPrincipal: Sendable, Hashable {
    package let keyID: APIKeyID
    package let tenantID: TenantID
    package let scopes: Set<Scope>
    package let mode: KeyMode
    package let permissions: Set<Permission>

    /// A key as a verified token describes it.
    package init(keyID: APIKeyID, tenantID: TenantID, scopes: Set<Scope>, mode: KeyMode) {
        self.keyID = keyID
        self.tenantID = tenantID
        self.scopes = scopes
        self.mode = mode
        permissions = scopes.reduce(into: []) { $0.formUnion($1.permissions) }
    }
}

/// Another service of the suite, with what it was granted here.
package struct ServicePrincipal: Sendable, Hashable {
    package let name: ServiceName
    package let scopes: Set<ServiceScope>

    /// A service as a verified token describes it.
    package init(name: ServiceName, scopes: Set<ServiceScope>) {
        self.name = name
        self.scopes = scopes
    }
}

/// A person without an account, on public routes only.
package struct VisitorPrincipal: Sendable, Hashable {
    package let sessionID: SessionID
    package let tenantID: TenantID

    /// A visitor as a verified token describes them.
    package init(sessionID: SessionID, tenantID: TenantID) {
        self.sessionID = sessionID
        self.tenantID = tenantID
    }
}
