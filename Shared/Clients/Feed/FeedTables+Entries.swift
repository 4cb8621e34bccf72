import JSON
import Models

extension FeedTables {
    /// The tables as the lines of a snapshot, for the file from which the next start serves.
    ///
    /// What is as it is from the start (entitlements of the first plan, no settings) has no line.
    func forEachEntry(now: Timestamp = .now(), _ body: (ChangeFeedAPI.Entry) throws -> Void) throws {
        func write(_ kind: ChangeFeedAPI.Kind, _ key: String = "", _ value: JSONText? = nil) throws {
            try body(ChangeFeedAPI.Entry(sequence: sequence, kind: kind, key: key, value: value))
        }
        try write(.snapshotStarted)
        for (id, tenant) in tenants {
            try write(.tenant, id.description, try JSONText(encoding: tenant.value))
            if tenant.entitlements != FeedTenant.Allowance.initial.entitlements {
                try write(.entitlements, id.description, try JSONText(encoding: tenant.entitlements))
            }
            if !tenant.settings.isEmpty {
                let value = ChangeFeedAPI.SettingsValue(tenant.settings)
                try write(.settings, id.description, try JSONText(encoding: value))
            }
        }
        for (name, tenant) in domains {
            try write(.domain, name, try JSONText(encoding: ChangeFeedAPI.DomainValue(tenantID: tenant)))
        }
        for (name, former) in formerSubdomains where former.until > now {
            try write(.formerSubdomain, name, try JSONText(encoding: former.value))
        }
        for (id, names) in origins {
            try write(.origins, id.description, try JSONText(encoding: ChangeFeedAPI.OriginsValue(origins: names)))
        }
        for (id, revocation) in sessions where revocation.until > now {
            try write(.revokedSession, id.description, try JSONText(encoding: revocation.value))
        }
        for (id, revocation) in apiKeys where revocation.until > now {
            try write(.revokedAPIKey, id.description, try JSONText(encoding: revocation.value))
        }
        for (id, user) in versions where user.until > now {
            let value = ChangeFeedAPI.UserVersionValue(tenantID: user.tenant, version: user.version)
            try write(.userVersion, id.description, try JSONText(encoding: value))
        }
        for (id, erasure) in erasures { try write(.erasure, id.description, try JSONText(encoding: erasure)) }
        for (id, key) in signingKeys { try write(.signingKey, id, try JSONText(encoding: key)) }
        try write(.snapshotFinished)
    }
}

extension FeedTables.Revocation {
    fileprivate var value: ChangeFeedAPI.ExpiryValue { ChangeFeedAPI.ExpiryValue(tenantID: tenant, expiresAt: until) }
}
