package import Auth
import JSON
package import Models

/// One change, read and typed, as every loop applies it and its observers see it.
package enum FeedChange: Sendable {
    /// Everything may have changed: a snapshot has replaced what was known.
    case replaced
    case tenant(TenantID, ChangeFeedAPI.TenantValue?)
    case domain(String, TenantID?)
    /// Nil once the name leads nowhere.
    case formerSubdomain(String, ChangeFeedAPI.ExpiryValue?)
    case entitlements(TenantID, Entitlements?)
    case settings(TenantID, ChangeFeedAPI.SettingsValue?)
    /// Nil or none: no web site of the tenant calls.
    case origins(TenantID, [String]?)
    case revokedSession(SessionID, ChangeFeedAPI.ExpiryValue)
    case revokedAPIKey(APIKeyID, ChangeFeedAPI.ExpiryValue)
    case userVersion(UserID, ChangeFeedAPI.UserVersionValue)
    /// Nil once the key is retired.
    case signingKey(String, JWK?)
    /// Drop what is remembered of a connection's credentials.
    case connection(ConnectionID)
    /// Nil once it is over.
    case erasure(ErasureID, ChangeFeedAPI.ErasureValue?)

    /// Reads an entry; nil for one that changes nothing here, such as a revocation that was taken back.
    init?(_ entry: ChangeFeedAPI.Entry) throws {
        let key = entry.key
        switch entry.kind {
        case .snapshotStarted, .snapshotFinished, .heartbeat: return nil
        case .tenant: self = .tenant(try TenantID(jsonText: key), try entry.value(ChangeFeedAPI.TenantValue.self))
        case .domain: self = .domain(key, try entry.value(ChangeFeedAPI.DomainValue.self)?.tenantID)
        case .formerSubdomain:
            self = .formerSubdomain(key, try entry.value(ChangeFeedAPI.ExpiryValue.self))
        case .entitlements: self = .entitlements(try TenantID(jsonText: key), try entry.value(Entitlements.self))
        case .settings: self = .settings(try TenantID(jsonText: key), try entry.value(ChangeFeedAPI.SettingsValue.self))
        case .origins:
            self = .origins(try TenantID(jsonText: key), try entry.value(ChangeFeedAPI.OriginsValue.self)?.origins)
        case .revokedSession:
            guard let value = try entry.value(ChangeFeedAPI.ExpiryValue.self) else { return nil }
            self = .revokedSession(try SessionID(jsonText: key), value)
        case .revokedAPIKey:
            guard let value = try entry.value(ChangeFeedAPI.ExpiryValue.self) else { return nil }
            self = .revokedAPIKey(try APIKeyID(jsonText: key), value)
        case .userVersion:
            guard let value = try entry.value(ChangeFeedAPI.UserVersionValue.self) else { return nil }
            self = .userVersion(try UserID(jsonText: key), value)
        case .signingKey: self = .signingKey(key, try entry.value(JWK.self))
        case .connection: self = .connection(try ConnectionID(jsonText: key))
        case .erasure:
            self = .erasure(try ErasureID(jsonText: key), try entry.value(ChangeFeedAPI.ErasureValue.self))
        }
    }
}

extension ChangeFeedAPI.Entry {
    fileprivate func value<Value: Decodable>(_ type: Value.Type) throws -> Value? {
        guard let value else { return nil }
        return try value.decode(type)
    }
}
