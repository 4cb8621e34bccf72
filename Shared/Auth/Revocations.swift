import Models

/// The sessions, API keys and users' versions whose tokens are void although they have not expired.
///
/// An entry matters only as long as a token that it voids could be current, so it is forgotten after the longest life.
/// There is room for `mostEntries`; beyond that everything issued until then is refused, which costs every user one
/// refresh and forgets no revocation.
struct Revocations {
    static let mostEntries = 200_000

    /// The longest life of a token that can be revoked: an hour is twice the longest that is issued.
    private static let revocableLife: Int64 = 3600
    /// The others: services' and visitors'.
    private static let otherLife: Int64 = 4 * 3600

    private struct Version {
        let version: Int64
        let until: Int64
    }

    private var sessions: [SessionID: Int64] = [:]
    private var apiKeys: [APIKeyID: Int64] = [:]
    private var versions: [UserID: Version] = [:]
    private var issuedAfter: Int64 = .min
    /// How often anything was revoked: while it stays, so does every answer of `check`.
    private(set) var changes: UInt64 = 0
    private let mostEntries: Int

    init(mostEntries: Int = Revocations.mostEntries) {
        self.mostEntries = mostEntries
    }

    static func longestLife(of claims: TokenClaims) -> Int64 {
        claims.role != nil || claims.mode != nil ? revocableLife : otherLife
    }

    func check(_ claims: TokenClaims) throws(TokenError) {
        if let session = claims.sid, sessions[session] != nil {
            throw TokenError(.tokenRevoked, "the session was signed out")
        }
        if let version = claims.ver, !versions.isEmpty, let user = Self.id(claims.sub, as: UserID.self),
            let raised = versions[user], version < raised.version
        {
            throw TokenError(.tokenRevoked, "of an earlier version of the user")
        }
        if claims.mode != nil, !apiKeys.isEmpty, let key = Self.id(claims.sub, as: APIKeyID.self), apiKeys[key] != nil {
            throw TokenError(.tokenRevoked, "the API key was revoked")
        }
        // Visitors and services cannot be revoked and need not suffer.
        if claims.role != nil || claims.mode != nil, claims.iat <= issuedAfter {
            throw TokenError(.tokenRevoked, "issued before the revocations overflowed")
        }
    }

    mutating func revoke(session: SessionID, now: Int64) {
        changes += 1
        makeRoom(now: now)
        sessions[session] = now + Self.revocableLife
    }

    mutating func revoke(apiKey: APIKeyID, now: Int64) {
        changes += 1
        makeRoom(now: now)
        apiKeys[apiKey] = now + Self.revocableLife
    }

    mutating func raise(user: UserID, to version: Int64, now: Int64) {
        changes += 1
        makeRoom(now: now)
        guard version > versions[user]?.version ?? .min else { return }
        versions[user] = Version(version: version, until: now + Self.revocableLife)
    }

    private var count: Int { sessions.count + apiKeys.count + versions.count }

    private mutating func makeRoom(now: Int64) {
        guard count >= mostEntries else { return }
        sessions = sessions.filter { $0.value > now }
        apiKeys = apiKeys.filter { $0.value > now }
        versions = versions.filter { $0.value.until > now }
        // Half must be free: else every further entry would search all of them again.
        guard count > mostEntries / 2 else { return }
        sessions = [:]
        apiKeys = [:]
        versions = [:]
        issuedAfter = max(issuedAfter, now + TokenVerifier.issuedAtLeeway)
    }

    private static func id<ID: EntityID>(_ text: String, as type: ID.Type) -> ID? {
        do { return try ID(jsonText: text) } catch { return nil }
    }
}
