import Auth
import Models

/// Everything the feed has told, in tables that copy only when they are written to.
///
/// Tenants are shared objects, and what many of them have in common exists once, so that 100,000 of them and the
/// tables of one loop take a few tens of megabytes.
struct FeedTables: Sendable {
    /// How long a user's version matters: twice the life of the tokens it voids.
    private static let versionLife: Duration = .seconds(3600)
    /// After so many insertions what has expired is looked for.
    private static let insertionsPerSweep = 10_000

    struct Revocation: Sendable {
        var tenant: TenantID
        var until: Timestamp
    }

    struct UserVersion: Sendable {
        var tenant: TenantID
        var version: Int64
        var until: Timestamp
    }

    /// The number of the last change.
    var sequence: Int64 = 0
    private(set) var tenants: [TenantID: FeedTenant] = [:]
    private(set) var bySubdomain: [String: FeedTenant] = [:]
    private(set) var domains: [String: TenantID] = [:]
    /// Subdomains that tenants have given up, for as long as they lead to them.
    private(set) var formerSubdomains: [String: Revocation] = [:]
    /// Of the tenants that have any.
    private(set) var origins: [TenantID: [String]] = [:]
    private(set) var sessions: [SessionID: Revocation] = [:]
    private(set) var apiKeys: [APIKeyID: Revocation] = [:]
    private(set) var versions: [UserID: UserVersion] = [:]
    private(set) var signingKeys: [String: JWK] = [:]
    /// Those that are not over.
    private(set) var erasures: [ErasureID: ChangeFeedAPI.ErasureValue] = [:]
    /// Of tenants whose own entry has not come yet; the order of a snapshot is not promised.
    private var early: [TenantID: (settings: SettingOverrides?, entitlements: Entitlements?)] = [:]
    private var allowances: [Entitlements: FeedTenant.Allowance] = [:]
    private var choices: [SettingOverrides: FeedTenant.Choices] = [:]
    private var texts: Set<String> = []
    private var insertions = 0

    mutating func apply(_ change: FeedChange, now: Timestamp = .now()) {
        switch change {
        case .replaced, .connection: break
        case .tenant(let id, let value): setTenant(id, value)
        case .domain(let name, let tenant): domains[name] = tenant
        case .formerSubdomain(let name, let value):
            formerSubdomains[name] = value.map { Revocation(tenant: $0.tenantID, until: $0.expiresAt) }
            sweep(now)
        case .entitlements(let id, let entitlements):
            guard let tenant = tenants[id] else {
                early[id, default: (nil, nil)].entitlements = entitlements
                return
            }
            put(tenant.value, of: id, choices(tenant.settings), allowance(entitlements))
        case .settings(let id, let settings):
            guard let tenant = tenants[id] else {
                early[id, default: (nil, nil)].settings = settings?.overrides
                return
            }
            put(tenant.value, of: id, choices(settings?.overrides), allowance(tenant.entitlements))
        case .origins(let id, let names): origins[id] = names?.isEmpty == false ? names : nil
        case .revokedSession(let id, let value):
            sessions[id] = Revocation(tenant: value.tenantID, until: value.expiresAt)
            sweep(now)
        case .revokedAPIKey(let id, let value):
            apiKeys[id] = Revocation(tenant: value.tenantID, until: value.expiresAt)
            sweep(now)
        case .userVersion(let id, let value):
            versions[id] = UserVersion(tenant: value.tenantID, version: value.version, until: now + Self.versionLife)
            sweep(now)
        case .signingKey(let id, let key): signingKeys[id] = key
        case .erasure(let id, let value): erasures[id] = value
        }
    }

    private mutating func setTenant(_ id: TenantID, _ value: ChangeFeedAPI.TenantValue?) {
        let known = tenants[id]
        if let known, known.subdomain != value?.subdomain, bySubdomain[known.subdomain]?.id == id {
            bySubdomain[known.subdomain] = nil
        }
        guard let value else {
            tenants[id] = nil
            origins[id] = nil
            early[id] = nil
            return
        }
        let waiting = early.removeValue(forKey: id)
        put(
            value, of: id, choices(known?.settings ?? waiting?.settings),
            known.map { allowance($0.entitlements) } ?? allowance(waiting?.entitlements))
    }

    private mutating func put(
        _ value: ChangeFeedAPI.TenantValue, of id: TenantID, _ choices: FeedTenant.Choices,
        _ allowance: FeedTenant.Allowance
    ) {
        var value = value
        value.timeZone = TimeZoneName(unchecked: shared(value.timeZone.name))
        value.country = shared(value.country)
        let tenant = FeedTenant(id: id, value, choices: choices, allowance: allowance)
        tenants[id] = tenant
        bySubdomain[value.subdomain] = tenant
    }

    /// The one copy of a text that many tenants have.
    private mutating func shared(_ text: String) -> String {
        if texts.count > 10_000 { texts = [] }
        return texts.insert(text).memberAfterInsert
    }

    /// The one object for entitlements that many tenants have.
    private mutating func allowance(_ entitlements: Entitlements?) -> FeedTenant.Allowance {
        guard let entitlements, entitlements != FeedTenant.Allowance.initial.entitlements else { return .initial }
        if let known = allowances[entitlements] { return known }
        if allowances.count > 10_000 { allowances = [:] }
        let made = FeedTenant.Allowance(entitlements)
        allowances[entitlements] = made
        return made
    }

    /// The one object for settings that many tenants have.
    private mutating func choices(_ overrides: SettingOverrides?) -> FeedTenant.Choices {
        guard let overrides, !overrides.isEmpty else { return .none }
        if let known = choices[overrides] { return known }
        if choices.count > 10_000 { choices = [:] }
        let made = FeedTenant.Choices(overrides)
        choices[overrides] = made
        return made
    }

    /// Forgets now and then what has expired, so that the tables stay as large as what matters.
    private mutating func sweep(_ now: Timestamp) {
        insertions += 1
        guard insertions >= Self.insertionsPerSweep else { return }
        insertions = 0
        sessions = sessions.filter { $0.value.until > now }
        apiKeys = apiKeys.filter { $0.value.until > now }
        formerSubdomains = formerSubdomains.filter { $0.value.until > now }
        versions = versions.filter { $0.value.until > now }
    }
}
