import JSON
import Models
import Postgres

/// The platform's switches that are off.
struct PlatformFeatureStore {
    let rows: any SQLExecutor

    func read() async throws -> TenancyAPI.PlatformFeatures {
        let words = try await rows.query("SELECT feature FROM disabled_features ORDER BY feature") { row in
            try row.next(String.self)
        }
        return TenancyAPI.PlatformFeatures(disabledFeatures: words.compactMap(Feature.init(rawValue:)))
    }

    /// Sets which features are off and tells of every tenant that this changes; holds the change feed to the commit.
    func set(_ features: TenancyAPI.PlatformFeatures) async throws {
        try await rows.execute("SELECT platform_switch_features(\(features.disabledFeatures.map(\.rawValue)))")
    }
}

/// Switching features for all tenants: one transaction with its changes and its audit row.
struct PlatformFeatureLifeStore {
    let database: TenantDatabase

    func set(_ wanted: TenancyAPI.PlatformFeatures, origin: Origin) async throws -> TenancyAPI.PlatformFeatures {
        try await database.transaction { rows in
            let store = PlatformFeatureStore(rows: rows)
            let (before, after) = (try JSONText(encoding: try await store.read()), try JSONText(encoding: wanted))
            try await AuditStore(rows: rows).append(
                origin.entry(.featuresSwitched, "platform", before: before, after: after), in: .platform)
            try await store.set(wanted)
            rows.notify(ChangeStore.channel)
            return try await store.read()
        }
    }
}
