import Models

extension Principal {
    /// Reads verified claims; a mixture that no part of the suite issues is refused, even with our signature.
    package init(_ claims: TokenClaims) throws(TokenError) {
        if let callee = ServiceName(rawValue: claims.aud) {
            self = .service(try Self.service(claims, at: callee))
        } else if claims.role != nil {
            self = .user(try Self.user(claims))
        } else if claims.mode != nil {
            self = .apiKey(try Self.apiKey(claims))
        } else {
            self = .visitor(try Self.visitor(claims))
        }
    }

    private static func user(_ claims: TokenClaims) throws(TokenError) -> UserPrincipal {
        guard let tenant = claims.tid, let role = claims.role, let session = claims.sid, let version = claims.ver,
            claims.scope == nil, claims.mode == nil
        else { throw .invalid("not the claims of a user") }
        // The platform's users are the super admins, and a tenant's user can never become one.
        guard (role == .superAdmin) == (tenant == .platform) else { throw .invalid("role and tenant do not fit") }
        guard claims.areas == nil || role == .superAdmin else { throw .invalid("areas are of super admins") }
        return UserPrincipal(
            userID: try id(claims.sub), tenantID: tenant, role: role, sessionID: session, version: version,
            impersonator: claims.act?.sub, areas: claims.areas)
    }

    private static func apiKey(_ claims: TokenClaims) throws(TokenError) -> APIKeyPrincipal {
        guard let tenant = claims.tid, tenant != .platform, let mode = claims.mode, claims.sid == nil,
            claims.ver == nil, claims.act == nil, claims.areas == nil
        else { throw .invalid("not the claims of an API key") }
        return APIKeyPrincipal(keyID: try id(claims.sub), tenantID: tenant, scopes: try scopes(claims), mode: mode)
    }

    private static func service(_ claims: TokenClaims, at callee: ServiceName) throws(TokenError) -> ServicePrincipal {
        guard let name = ServiceName(rawValue: claims.sub), claims.tid == nil, claims.role == nil, claims.sid == nil,
            claims.ver == nil, claims.act == nil, claims.mode == nil, claims.areas == nil
        else { throw .invalid("not the claims of a service") }
        let scopes: Set<ServiceScope> = try scopes(claims)
        // The table decides here as well: a grant that was taken away ends with the callee's release.
        guard scopes.isSubset(of: ServiceGrants.scopes(of: name, at: callee)) else {
            throw .invalid("more than the service was granted")
        }
        return ServicePrincipal(name: name, scopes: scopes)
    }

    private static func visitor(_ claims: TokenClaims) throws(TokenError) -> VisitorPrincipal {
        guard let tenant = claims.tid, tenant != .platform, claims.sid == nil, claims.ver == nil,
            claims.scope == nil, claims.act == nil, claims.areas == nil
        else { throw .invalid("not the claims of a visitor") }
        return VisitorPrincipal(sessionID: try id(claims.sub), tenantID: tenant)
    }

    private static func id<ID: EntityID>(_ text: String) throws(TokenError) -> ID {
        do { return try ID(jsonText: text) } catch { throw .invalid("sub is no identifier") }
    }

    private static func scopes<Word: RawRepresentable<String> & Hashable>(
        _ claims: TokenClaims
    ) throws(TokenError) -> Set<Word> {
        var scopes: Set<Word> = []
        for text in (claims.scope ?? "").split(separator: " ", omittingEmptySubsequences: false) {
            guard let word = Word(rawValue: String(text)) else { throw .invalid("an unknown scope") }
            scopes.insert(word)
        }
        guard !scopes.isEmpty else { throw .invalid("no scope") }
        return scopes
    }
}
