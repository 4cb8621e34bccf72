import Clients
package import Models

/// What one loop's copy of the change feed says of tenants, as `Web` asks for it.
///
/// Confined to the loop of the copy.
package struct FeedKnowledge: TenantKnowledge {
    private let state: ChangeFeedState

    init(_ state: ChangeFeedState) { self.state = state }

    package func tenant(_ id: TenantID) -> ChangeFeedAPI.TenantValue? {
        state.tenant(id).map {
            ChangeFeedAPI.TenantValue(
                subdomain: $0.subdomain, status: $0.status, timeZone: $0.timeZone, country: $0.country)
        }
    }

    package func settings(of id: TenantID) -> ChangeFeedAPI.SettingsValue? {
        state.tenant(id).map { ChangeFeedAPI.SettingsValue($0.settings) }
    }

    package func entitlements(of id: TenantID) -> Entitlements? { state.tenant(id)?.entitlements }

    package var age: Duration { state.age }

    package var isCurrent: Bool { state.isCurrent }
}
