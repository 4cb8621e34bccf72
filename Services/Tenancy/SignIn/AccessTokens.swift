import Auth
import Models

/// Issues the suite's tokens with the key of the moment.
struct AccessTokens: Sendable {
    let ring: SigningKeyService
    /// `BASE_URL`, the issuer of every token.
    let issuer: String

    func issue(for user: User, session: SessionID, impersonator: UserID? = nil) throws -> String {
        var claims = TokenClaims.user(
            user.id, in: user.tenantID, role: user.role, session: session, version: user.version, issuer: issuer,
            now: .now(), impersonator: impersonator)
        // Of a change the user's version tells, so no process need look areas up.
        claims.areas = user.role == .superAdmin ? user.areas : nil
        return try sign(claims)
    }

    func issue(for key: APIKey, in tenant: TenantID) throws -> String {
        var claims = TokenClaims.apiKey(
            key.id, in: tenant, scopes: Set(key.scopes), mode: key.mode, issuer: issuer, now: .now())
        // The gateway remembers a token for most of its life, so that is over with the key's.
        if let expiresAt = key.expiresAt { claims.exp = min(claims.exp, expiresAt.seconds) }
        return try sign(claims)
    }

    /// Nil when the one service may ask nothing of the other.
    func issue(for service: ServiceName, at callee: ServiceName) throws -> String? {
        try TokenClaims.service(service, at: callee, issuer: issuer, now: .now()).map(sign)
    }

    private func sign(_ claims: TokenClaims) throws -> String {
        guard let signer = ring.keys.signer(at: .now()) else { throw Failure(.unavailable) }
        return try signer.sign(claims)
    }
}
