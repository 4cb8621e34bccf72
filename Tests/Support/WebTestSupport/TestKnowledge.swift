package import Models
import Synchronization

/// What tests say about tenants, in place of the change feed.
package final class TestKnowledge: TenantKnowledge {
    private struct State {
        var tenants: [TenantID: ChangeFeedAPI.TenantValue] = [:]
        var settings: [TenantID: ChangeFeedAPI.SettingsValue] = [:]
        var entitlements: [TenantID: Entitlements] = [:]
        var age = Duration.zero
    }

    private let state = Mutex(State())

    /// Knows no tenant.
    package init() {}

    /// Makes a tenant known, or changes it.
    package func set(
        _ id: TenantID, status: TenantStatus = .active, visibility: Visibility = .own, subdomain: String = "acme",
        timeZone: String = "UTC"
    ) throws {
        let value = ChangeFeedAPI.TenantValue(
            subdomain: subdomain, status: status, timeZone: try TimeZoneName(jsonText: timeZone), country: "US")
        state.withLock { state in
            state.tenants[id] = value
            state.settings[id] = ChangeFeedAPI.SettingsValue(
                visibility == .own ? [:] : [Settings.visibility.setting.name: visibility.settingJSON])
        }
    }

    /// Sets what a tenant, or the platform for all of them, has set.
    package func set<Value>(_ key: SettingKey<Value>, _ value: Value, of id: TenantID) {
        state.withLock { state in
            var overrides = state.settings[id]?.overrides ?? [:]
            overrides[key.setting.name] = value.settingJSON
            state.settings[id] = ChangeFeedAPI.SettingsValue(overrides)
        }
    }

    /// Takes features from a tenant, whatever its plan has.
    package func switchOff(_ features: Set<Feature>, of id: TenantID) {
        state.withLock { state in
            var document = state.entitlements[id] ?? .seed(for: .growth)
            document.features.removeAll(where: features.contains)
            state.entitlements[id] = document
        }
    }

    /// Pretends that the feed was heard so long ago.
    package func setAge(_ age: Duration) { state.withLock { $0.age = age } }

    package func tenant(_ id: TenantID) -> ChangeFeedAPI.TenantValue? { state.withLock { $0.tenants[id] } }
    package func settings(of id: TenantID) -> ChangeFeedAPI.SettingsValue? { state.withLock { $0.settings[id] } }
    package func entitlements(of id: TenantID) -> Entitlements? {
        state.withLock { $0.entitlements[id] } ?? .seed(for: .growth)
    }
    package var age: Duration { state.withLock { $0.age } }
}
