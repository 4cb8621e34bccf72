import Clients
import JSON
import Models

/// How far the change feed has come, for the status page.
struct FeedStatus: Codable, Sendable {
    var isLoaded: Bool
    var tenants: Int
    var sequence: Int64
    /// Since when tenancy has been silent; null while it speaks.
    var staleSince: Timestamp?

    init(_ state: ChangeFeedState) {
        isLoaded = state.isLoaded
        tenants = state.tenantCount
        sequence = state.sequence
        staleSince = state.staleSince
    }

    var document: JSONText {
        do { return try JSONText(encoding: self) } catch { return .emptyObject }
    }
}
