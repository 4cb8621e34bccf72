package import Models

/// What a process knows of one tenant.
///
/// Immutable and shared by all loops: 100,000 of them exist once, and a change makes a new one.
package final class FeedTenant: Sendable {
    package let id: TenantID
    /// The id as it is written: every request that the gateway passes on names its tenant.
    package let idText: String
    package let subdomain: String
    package let status: TenantStatus
    package let timeZone: TimeZoneName
    /// ISO 3166-1 alpha-2: how national phone numbers are read.
    package let country: String
    /// Shared by all tenants that may do the same.
    private let allowance: Allowance
    /// Shared by all tenants that have set the same.
    private let choices: Choices

    package var entitlements: Entitlements { allowance.entitlements }

    /// What the tenant itself has set.
    package var settings: SettingOverrides { choices.overrides }

    init(id: TenantID, _ value: ChangeFeedAPI.TenantValue, choices: Choices, allowance: Allowance) {
        self.id = id
        idText = id.jsonText
        subdomain = value.subdomain
        status = value.status
        timeZone = value.timeZone
        country = value.country
        self.choices = choices
        self.allowance = allowance
    }

    /// The entry's value that this was made from.
    var value: ChangeFeedAPI.TenantValue {
        ChangeFeedAPI.TenantValue(subdomain: subdomain, status: status, timeZone: timeZone, country: country)
    }

    /// Holds one distinct set of settings.
    final class Choices: Sendable {
        let overrides: SettingOverrides

        init(_ overrides: SettingOverrides) { self.overrides = overrides }

        /// What a tenant has that has set nothing.
        static let none = Choices([:])
    }

    /// Holds one distinct set of entitlements.
    final class Allowance: Sendable {
        let entitlements: Entitlements

        init(_ entitlements: Entitlements) { self.entitlements = entitlements }

        /// What a tenant has before billing has said anything.
        static let initial = Allowance(.seed(for: .starter))
    }
}
