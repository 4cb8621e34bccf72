package import Auth
package import IO
package import Models

/// One loop's copy of what the change feed has told.
///
/// Confined to its loop: looking something up takes no lock. It is there from the first start on, empty until `isLoaded`.
package final class ChangeFeedState: @unchecked Sendable {
    package let loop: EventLoop
    private(set) var tables = FeedTables()
    private var observers: [(FeedChange) -> Void] = []
    /// Whether there was ever a snapshot, from tenancy or from the data folder.
    package private(set) var isLoaded = false
    /// Whether the feed has told, since the start of the process, everything up to now.
    ///
    /// Before that what is known comes from the data folder: a tenant that is not among it may well exist.
    package private(set) var isCurrent = false
    /// When the feed last said anything, on the loop's clock and on the wall's; nil before the first time.
    private var lastContact: (monotonic: UInt64, at: Timestamp)?
    private let startedAt: (monotonic: UInt64, at: Timestamp)

    init(loop: EventLoop) {
        self.loop = loop
        startedAt = (loop.now, .now())
    }

    // What is known.

    /// A tenant that exists, whatever its status.
    package func tenant(_ id: TenantID) -> FeedTenant? { tables.tenants[id] }

    /// The tenant of a host label.
    package func tenant(subdomain: String) -> FeedTenant? { tables.bySubdomain[subdomain] }

    /// The tenant that has given up a host label and is still found by it.
    package func tenant(formerSubdomain: String) -> FeedTenant? {
        guard let former = tables.formerSubdomains[formerSubdomain], former.until > .now() else { return nil }
        return tables.tenants[former.tenant]
    }

    /// The tenant of a verified custom domain, in lower case.
    package func tenant(domain: String) -> FeedTenant? { tables.domains[domain].flatMap { tables.tenants[$0] } }

    /// Every verified custom domain, and whose it is.
    package var domains: [String: TenantID] { tables.domains }

    /// The web sites of a tenant whose pages may call what visitors may call.
    package func origins(of tenant: TenantID) -> [String] { tables.origins[tenant] ?? [] }

    /// The erasures that are not over; whoever has no events acts on them by `observe` and, after a start, by these.
    package var erasures: [ErasureID: ChangeFeedAPI.ErasureValue] { tables.erasures }

    /// How many tenants are known.
    package var tenantCount: Int { tables.tenants.count }

    /// Whether the tokens of a session are void.
    package func isRevoked(_ session: SessionID) -> Bool { tables.sessions[session] != nil }

    /// Whether an API key is void.
    package func isRevoked(_ apiKey: APIKeyID) -> Bool { tables.apiKeys[apiKey] != nil }

    /// The version below which a user's tokens are void; nil when none of those that could be current is.
    package func version(of user: UserID) -> Int64? { tables.versions[user]?.version }

    /// The published keys.
    package var signingKeys: JWKS { JWKS(keys: tables.signingKeys.values.sorted { $0.kid < $1.kid }) }

    /// The number of the last change.
    package var sequence: Int64 { tables.sequence }

    // How old it is.

    /// How long ago the feed last said anything; since the start when it never has.
    package var age: Duration {
        let since = (lastContact ?? startedAt).monotonic
        return .milliseconds(Int64(loop.now - min(since, loop.now)))
    }

    /// Whether the feed has been silent for longer than this: then dangerous actions are refused.
    package func isStale(after limit: Duration = .seconds(60)) -> Bool {
        let since = (lastContact ?? startedAt).monotonic
        return .milliseconds(Int64(loop.now - min(since, loop.now))) > limit
    }

    /// Since when the feed has been silent, once that is longer than a few heartbeats.
    package var staleSince: Timestamp? {
        guard isStale(after: ChangeFeed.silence) else { return nil }
        return (lastContact ?? startedAt).at
    }

    // Observers.

    /// Calls a closure after each change, for as long as the process lives.
    package func observe(_ observer: @escaping (FeedChange) -> Void) {
        loop.preconditionCurrent()
        observers.append(observer)
    }

    /// Keeps a verifier's keys and revocations as the feed has them.
    ///
    /// A key that cannot be read is left out: its tokens are refused, and the others' are not.
    package func keepCurrent(_ verifier: TokenVerifier) {
        if isLoaded { replace(in: verifier) }
        observe { [unowned self] change in
            switch change {
            case .replaced: replace(in: verifier)
            case .revokedSession(let id, _): verifier.revoke(sessionID: id)
            case .revokedAPIKey(let id, _): verifier.revoke(apiKeyID: id)
            case .userVersion(let id, let value): verifier.userVersionChanged(id, value.version)
            case .signingKey(let id, let key): do { try verifier.setKey(id, key) } catch {}
            case .tenant(let id, nil): verifier.drop(tenant: id)
            default: break
            }
        }
    }

    private func replace(in verifier: TokenVerifier) {
        do {
            try verifier.replaceKeys(signingKeys)
        } catch {
            for key in signingKeys.keys { do { try verifier.setKey(key.kid, key) } catch {} }
        }
        for id in tables.sessions.keys { verifier.revoke(sessionID: id) }
        for id in tables.apiKeys.keys { verifier.revoke(apiKeyID: id) }
        for (id, user) in tables.versions { verifier.userVersionChanged(id, user.version) }
    }

    // What the feed hands over.

    func apply(_ changes: [FeedChange], sequence: Int64) {
        loop.preconditionCurrent()
        for change in changes {
            tables.apply(change)
            for observer in observers { observer(change) }
        }
        tables.sequence = max(tables.sequence, sequence)
    }

    func replace(with tables: FeedTables) {
        loop.preconditionCurrent()
        self.tables = tables
        isLoaded = true
        for observer in observers { observer(.replaced) }
    }

    func becomeCurrent() { isCurrent = true }

    func touch() { lastContact = (loop.now, .now()) }
}
