import FoundationEssentials
import Models

/// Somebody who has taken out far more than they ever did.
struct UnusualVolume: Sendable {
    let tenant: TenantID
    /// `user` or `api_key`, and which.
    let kind: String
    let actor: UUID
    /// Files within a day; a thousand rows of a table count as one.
    let recent: Int
    /// The most of any day in the month before.
    let usual: Int

    /// Fewer files a day are nothing unusual.
    static let least: Int64 = 20
    /// How many times the most of the days before.
    static let times: Int64 = 3

    var actorID: String { actor.uuidString.lowercased() }
    var subject: String { "\(kind)/\(actorID)" }
}
