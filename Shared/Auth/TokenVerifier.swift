import Crypto
package import Models

/// Verifies tokens for one audience and remembers what it verified.
///
/// Confined to one loop: it has no lock. A remembered token costs one lookup and one comparison; expiry is looked at
/// every time and revocation whenever there was a new one, and tokens of a key that goes are forgotten, so the memory
/// never makes a token live longer. The change feed drives
/// `replaceKeys`, `setKey`, `revoke` and `userVersionChanged`.
package final class TokenVerifier {
    /// By how much the issuer's clock may be ahead of ours; expiry has no leeway.
    static let issuedAtLeeway: Int64 = 30

    /// An object, so that finding it again counts one reference and not one for each of its fields.
    private final class Remembered {
        let claims: TokenClaims
        let principal: Principal
        let keyID: String
        // Once more, since every question for one of the claims copies all of them.
        let tenant: TenantID?
        let issued: Int64
        let expires: Int64
        let notBefore: Int64
        /// The revocations that it has been held against.
        var revocationsSeen: UInt64?

        init(claims: TokenClaims, principal: Principal, keyID: String) {
            self.claims = claims
            self.principal = principal
            self.keyID = keyID
            tenant = claims.tid
            issued = claims.iat
            expires = claims.exp
            notBefore = claims.nbf ?? .min
        }
    }

    private struct Key {
        let key: Ed25519PublicKey
        let notBefore: Int64
    }

    private let issuer: String
    private let audience: String
    private var keys: [String: Key] = [:]
    private var remembered: TokenMemory<Remembered>
    private var revocations = Revocations()

    /// A verifier that knows the keys; `capacity` bounds how many tokens are remembered.
    package init(issuer: String, audience: String, keys: JWKS, capacity: Int = 10_000) throws(TokenError) {
        self.issuer = issuer
        self.audience = audience
        remembered = TokenMemory(capacity: capacity)
        try replaceKeys(keys)
    }

    // Tokens.

    /// The claims of a token that is genuine, for us, current and not revoked.
    package func verify(_ token: String, now: Timestamp = .now()) throws(TokenError) -> TokenClaims {
        try verified(token, now: now).claims
    }

    /// The holder of a token that is genuine, for us, current, not revoked, and of this tenant.
    ///
    /// Services' tokens have no tenant and are asked for with `nil`; with `nil` any other tenant's pass as well, so
    /// callers that serve tenants always name one.
    package func principal(
        _ token: String, tenant: TenantID?, now: Timestamp = .now()
    ) throws(TokenError) -> Principal {
        let verified = try verified(token, now: now)
        if let tenant, verified.tenant != tenant { try verified.claims.check(tenant: tenant) }
        return verified.principal
    }

    /// Refuses a token of which `principal` would give no holder; its bytes are where they arrived.
    package func check(_ token: ArraySlice<UInt8>, tenant: TenantID, now: Timestamp = .now()) throws(TokenError) {
        guard token.count <= JWTCodec.longestToken else { throw .invalid("too long") }
        let known = token.withUnsafeBytes { remembered.find($0) }
        let verified = try verified(known, Array(token), now: now)
        if verified.tenant != tenant { try verified.claims.check(tenant: tenant) }
    }

    private func verified(_ token: String, now: Timestamp) throws(TokenError) -> Remembered {
        // First of all, so that nobody makes us look at megabytes.
        guard token.utf8.count <= JWTCodec.longestToken else { throw .invalid("too long") }
        var text = token
        let known = text.withUTF8 { remembered.find(UnsafeRawBufferPointer($0)) }
        return try verified(known, Array(token.utf8), now: now)
    }

    private func verified(
        _ known: Remembered?, _ token: @autoclosure () -> [UInt8], now: Timestamp
    ) throws(TokenError) -> Remembered {
        let found = if let known { known } else { try examine(token()) }
        try checkTime(found, now: now.seconds)
        if found.revocationsSeen != revocations.changes {
            try revocations.check(found.claims)
            found.revocationsSeen = revocations.changes
        }
        if known == nil { remembered.remember(found, of: token()) }
        return found
    }

    /// Everything about a token that no clock and no revocation changes.
    private func examine(_ token: [UInt8]) throws(TokenError) -> Remembered {
        let parts = try JWTCodec.split(token)
        guard let key = keys[parts.keyID] else { throw .invalid("unknown key") }
        guard key.key.isValid(parts.signature, for: parts.signed) else { throw .invalid("not our signature") }
        let claims = try JWTCodec.claims(parts.payload)
        guard claims.iss == issuer else { throw .invalid("another issuer") }
        guard claims.aud == audience else { throw TokenError(.wrongAudience, "another audience") }
        guard claims.iat >= key.notBefore else { throw .invalid("issued before the key was in use") }
        // Subtracted with care: a hostile number would overflow, even if only a holder of our key could write it.
        let (life, overflow) = claims.exp.subtractingReportingOverflow(claims.iat)
        guard !overflow, life > 0, life <= Revocations.longestLife(of: claims) else { throw .invalid("life too long") }
        return Remembered(claims: claims, principal: try Principal(claims), keyID: parts.keyID)
    }

    private func checkTime(_ found: Remembered, now: Int64) throws(TokenError) {
        guard now < found.expires else { throw TokenError(.tokenExpired, "expired") }
        guard found.issued <= now + Self.issuedAtLeeway else { throw .invalid("issued in the future") }
        guard now >= found.notBefore else { throw .invalid("not valid yet") }
    }

    // What the change feed tells.

    /// Takes the published keys in place of those before; tokens of keys that are gone are void at once.
    package func replaceKeys(_ published: JWKS) throws(TokenError) {
        guard published.keys.count <= JWKS.mostKeys else { throw .invalid("too many keys") }
        var new: [String: Key] = [:]
        for jwk in published.keys {
            guard new[jwk.kid] == nil else { throw .invalid("two keys of one id") }
            new[jwk.kid] = Key(key: try jwk.publicKey(), notBefore: jwk.nbf ?? .min)
        }
        let changed = keys.filter { new[$0.key]?.key != $0.value.key }
        keys = new
        if !changed.isEmpty { remembered.removeAll { changed[$0.keyID] != nil } }
    }

    /// Takes one more key, or drops the one that is retired.
    package func setKey(_ keyID: String, _ jwk: JWK?) throws(TokenError) {
        if let jwk {
            guard jwk.kid == keyID else { throw .invalid("a key under another id") }
            guard keys[keyID] != nil || keys.count < JWKS.mostKeys else { throw .invalid("too many keys") }
            let key = Key(key: try jwk.publicKey(), notBefore: jwk.nbf ?? .min)
            if let old = keys.updateValue(key, forKey: keyID), old.key == key.key { return }
        } else {
            keys[keyID] = nil
        }
        remembered.removeAll { $0.keyID == keyID }
    }

    /// Voids the tokens of a session that was signed out.
    package func revoke(sessionID: SessionID, now: Timestamp = .now()) {
        revocations.revoke(session: sessionID, now: now.seconds)
    }

    /// Voids the tokens of an API key that was revoked.
    package func revoke(apiKeyID: APIKeyID, now: Timestamp = .now()) {
        revocations.revoke(apiKey: apiKeyID, now: now.seconds)
    }

    /// Voids the user's tokens of earlier versions.
    package func userVersionChanged(_ userID: UserID, _ version: Int64, now: Timestamp = .now()) {
        revocations.raise(user: userID, to: version, now: now.seconds)
    }

    /// Forgets what was remembered of a tenant that is gone or suspended; genuine tokens are verified anew.
    package func drop(tenant: TenantID) {
        remembered.removeAll { $0.claims.tid == tenant }
    }

    /// How many tokens are remembered.
    package var count: Int { remembered.count }
}
