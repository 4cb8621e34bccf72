package import Clients
package import JSON
import Models

/// How far the change feed has come, for the status page of a process.
package struct FeedStatus: Codable, Sendable {
    private var isLoaded: Bool
    private var tenants: Int
    private var sequence: Int64
    /// Since when tenancy has been silent; null while it speaks.
    private var staleSince: Timestamp?

    package init(_ state: ChangeFeedState) {
        isLoaded = state.isLoaded
        tenants = state.tenantCount
        sequence = state.sequence
        staleSince = state.staleSince
    }

    package var document: JSONText {
        do { return try JSONText(encoding: self) } catch { return .emptyObject }
    }

    /// The section `change_feed` of `/status`.
    package static func section(of state: ChangeFeedState) -> (name: String, value: @Sendable () -> JSONText) {
        ("change_feed", { FeedStatus(state).document })
    }
}
