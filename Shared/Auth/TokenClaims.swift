import FoundationEssentials
package import Models

/// What a token says, under the names of RFC 7519; which claims are there tells the kind of its holder.
///
/// A user has `role`, `sid` and `ver`; an API key `scope` and `mode`; a service has a service as `aud`; a visitor has
/// none of them. `Principal(_:)` refuses every other mixture.
package struct TokenClaims: Codable, Sendable, Hashable {
    /// The `aud` of people's, keys' and visitors' tokens.
    package static let audience = "switchboard"

    /// How long each kind of token lives.
    package enum Life {
        package static let user: Duration = .seconds(15 * 60)
        package static let impersonation: Duration = .seconds(30 * 60)
        package static let apiKey: Duration = .seconds(60)
        package static let service: Duration = .seconds(5 * 60)
        package static let visitor: Duration = .seconds(4 * 3600)

        /// Of all kinds; for as long a key that has signed is needed.
        static let longest = [user, impersonation, apiKey, service, visitor].reduce(.zero, max)
    }

    /// Who really acts when a user is impersonated, RFC 8693 section 4.1.
    package struct Actor: Codable, Sendable, Hashable {
        /// The super admin.
        package var sub: UserID

        /// The super admin of this id.
        package init(sub: UserID) { self.sub = sub }
    }

    /// The issuer: the suite's own address.
    package var iss: String
    /// `switchboard`, or the name of the one service that may take the token.
    package var aud: String
    /// The user, key, service or visitor's session.
    package var sub: String
    /// The tenant; services have none.
    package var tid: TenantID?
    package var role: Role?
    /// The session, which a sign-out revokes.
    package var sid: SessionID?
    /// The user's version, which a change of password or role raises.
    package var ver: Int64?
    /// The token's own id, for the audit log.
    package var jti: String
    /// Seconds since 1970.
    package var iat: Int64
    package var nbf: Int64?
    package var exp: Int64
    /// Words with single spaces between; keys and services only.
    package var scope: String?
    package var act: Actor?
    /// What a super admin may work in; nil for all of the platform.
    package var areas: [PlatformArea]?
    package var mode: KeyMode?

    /// The claims that every token has; the others are set afterwards.
    package init(issuer: String, audience: String, subject: String, now: Timestamp, life: Duration) {
        iss = issuer
        aud = audience
        sub = subject
        jti = UUID.v7().uuidString.lowercased()
        iat = now.seconds
        exp = (now + life).seconds
    }

    /// A signed-in user's claims.
    package static func user(
        _ user: UserID, in tenant: TenantID, role: Role, session: SessionID, version: Int64, issuer: String,
        now: Timestamp, impersonator: UserID? = nil
    ) -> TokenClaims {
        var claims = TokenClaims(
            issuer: issuer, audience: audience, subject: user.description, now: now,
            life: impersonator == nil ? Life.user : Life.impersonation)
        claims.tid = tenant
        claims.role = role
        claims.sid = session
        claims.ver = version
        claims.act = impersonator.map { Actor(sub: $0) }
        return claims
    }

    /// The claims that the gateway gets for an API key.
    package static func apiKey(
        _ key: APIKeyID, in tenant: TenantID, scopes: Set<Scope>, mode: KeyMode, issuer: String, now: Timestamp
    ) -> TokenClaims {
        var claims = TokenClaims(
            issuer: issuer, audience: audience, subject: key.description, now: now, life: Life.apiKey)
        claims.tid = tenant
        claims.scope = words(scopes)
        claims.mode = mode
        return claims
    }

    /// A service's claims at another: all that `ServiceGrants` gives it, or `nil` when that is nothing.
    package static func service(
        _ service: ServiceName, at callee: ServiceName, issuer: String, now: Timestamp
    ) -> TokenClaims? {
        let scopes = ServiceGrants.scopes(of: service, at: callee)
        guard !scopes.isEmpty else { return nil }
        var claims = TokenClaims(
            issuer: issuer, audience: callee.rawValue, subject: service.rawValue, now: now, life: Life.service)
        claims.scope = words(scopes)
        return claims
    }

    /// The claims of a person without an account, for public routes.
    package static func visitor(
        session: SessionID, in tenant: TenantID, issuer: String, now: Timestamp
    ) -> TokenClaims {
        var claims = TokenClaims(
            issuer: issuer, audience: audience, subject: session.description, now: now, life: Life.visitor)
        claims.tid = tenant
        return claims
    }

    /// Refuses a token of another tenant than the host's.
    package func check(tenant: TenantID) throws(TokenError) {
        guard tid == tenant else { throw TokenError(.tokenWrongTenant, "tid is another tenant than the host's") }
    }

    private static func words<Word: RawRepresentable<String>>(_ words: Set<Word>) -> String {
        words.map(\.rawValue).sorted().joined(separator: " ")
    }
}
