package import JSON

/// The wire types of tenancy's `/internal/changes?after=<sequence>`: one JSON object a line.
///
/// The first lines are a snapshot unless `after` is recent enough to continue from; then every change as it commits,
/// with a heartbeat line every few seconds.
package enum ChangeFeedAPI {
    /// What an entry is about.
    package enum Kind: String, Codable, CaseIterable, Sendable {
        /// All that was known is to be forgotten; the entries until `snapshot_finished` are the whole state.
        case snapshotStarted = "snapshot_started"
        case snapshotFinished = "snapshot_finished"
        case heartbeat
        /// `key` is the tenant's id, `value` a `TenantValue`.
        case tenant
        /// `key` is a verified custom domain, `value` a `DomainValue`.
        case domain
        /// `key` is a subdomain that its tenant has given up; `value` an `ExpiryValue`: how long it still leads there.
        case formerSubdomain = "former_subdomain"
        /// `key` is the tenant's id, `value` an `Entitlements`.
        case entitlements
        /// `key` is the tenant's id, `value` a `SettingsValue`.
        case settings
        /// `key` is the tenant's id, `value` an `OriginsValue`.
        case origins
        /// `key` is a session's id whose tokens are void; `value` an `ExpiryValue`.
        case revokedSession = "revoked_session"
        /// `key` is a user's id; `value` a `UserVersionValue`: tokens of older versions are void.
        case userVersion = "user_version"
        /// `key` is a revoked API key's id; `value` an `ExpiryValue`.
        case revokedAPIKey = "revoked_api_key"
        /// `key` is the key's id; `value` the public JWK, null once retired.
        case signingKey = "signing_key"
        /// `key` is a connection's id: drop what is remembered of it.
        case connection
        /// `key` is the id of an erasure that is not over; `value` an `ErasureValue`, null once it is over.
        case erasure
    }

    /// One line of the feed.
    package struct Entry: Codable, Sendable {
        package var sequence: Int64
        package var kind: Kind
        package var key: String
        /// Null when the thing is gone.
        package var value: JSONText?

        package init(sequence: Int64, kind: Kind, key: String, value: JSONText?) {
            self.sequence = sequence
            self.kind = kind
            self.key = key
            self.value = value
        }
    }

    /// What every process needs to know of a tenant.
    package struct TenantValue: Codable, Sendable, Hashable {
        package var subdomain: String
        package var status: TenantStatus
        package var timeZone: TimeZoneName
        /// ISO 3166-1 alpha-2: how national phone numbers are read.
        package var country: String

        package init(subdomain: String, status: TenantStatus, timeZone: TimeZoneName, country: String) {
            self.subdomain = subdomain
            self.status = status
            self.timeZone = timeZone
            self.country = country
        }
    }

    /// Whose domain it is.
    package struct DomainValue: Codable, Sendable, Hashable {
        package var tenantID: TenantID

        package init(tenantID: TenantID) { self.tenantID = tenantID }
    }

    /// What a tenant has set; under the platform's id what holds for all tenants that have not.
    package struct SettingsValue: Codable, Sendable, Hashable {
        /// For readers of an earlier release, which know nothing else.
        private var visibility: Visibility
        private var values: SettingOverrides?

        package init(_ overrides: SettingOverrides) {
            visibility = EffectiveSettings(tenant: overrides)[Settings.visibility]
            values = overrides
        }

        /// By the names of settings; of an earlier release's entry the one that it tells.
        package var overrides: SettingOverrides {
            values ?? (visibility == .own ? [:] : [Settings.visibility.setting.name: visibility.settingJSON])
        }
    }

    /// The web sites whose pages may call what visitors may call, as browsers name them: `https://www.example.com`.
    package struct OriginsValue: Codable, Sendable, Hashable {
        package var origins: [String]

        package init(origins: [String]) { self.origins = origins }
    }

    /// Until when the entry matters; after that no token can name it.
    package struct ExpiryValue: Codable, Sendable, Hashable {
        package var tenantID: TenantID
        package var expiresAt: Timestamp

        package init(tenantID: TenantID, expiresAt: Timestamp) {
            self.tenantID = tenantID
            self.expiresAt = expiresAt
        }
    }

    /// An erasure that services without events learn of by the feed: it holds nothing of whom it is about.
    ///
    /// What is to be erased is read at `/internal/erasures/{id}`, and answered by a receipt there.
    package struct ErasureValue: Codable, Sendable, Hashable {
        /// Whose rows are erased.
        package var tenantID: TenantID
        package var kind: ErasureKind

        package init(tenantID: TenantID, kind: ErasureKind) {
            self.tenantID = tenantID
            self.kind = kind
        }

        /// The tenant in whose name tenancy is asked for it: a tenant that goes is the platform's affair.
        package var owner: TenantID { kind == .tenant ? .platform : tenantID }
    }

    /// The version below which a user's tokens are void.
    package struct UserVersionValue: Codable, Sendable, Hashable {
        package var tenantID: TenantID
        package var version: Int64

        package init(tenantID: TenantID, version: Int64) {
            self.tenantID = tenantID
            self.version = version
        }
    }
}
