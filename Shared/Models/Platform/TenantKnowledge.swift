/// What the change feed has told this process about tenants; asked from any loop.
package protocol TenantKnowledge: Sendable {
    /// Nil when there is no such tenant.
    func tenant(_ id: TenantID) -> ChangeFeedAPI.TenantValue?
    /// Nil when the feed has said nothing.
    func settings(of id: TenantID) -> ChangeFeedAPI.SettingsValue?
    /// Nil when the feed has said nothing.
    func entitlements(of id: TenantID) -> Entitlements?
    /// How long ago the feed was last heard.
    var age: Duration { get }
    /// Whether the feed has been heard since the start: before that an unknown tenant may well exist.
    var isCurrent: Bool { get }
}

extension TenantKnowledge {
    package var isCurrent: Bool { true }
}
