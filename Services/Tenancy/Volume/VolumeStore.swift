import Models
import Postgres

/// Finds in the audit log who has taken out unusually much.
struct VolumeStore {
    let database: Database

    /// People and keys of any tenant that nobody was told of yet.
    func unusual(limit: Int32) async throws -> [UnusualVolume] {
        try await database.tenant(.platform).query(
            """
            SELECT owner, actor_kind, actor_id, recent, usual
            FROM platform_unusual_volume(\(UnusualVolume.least), \(UnusualVolume.times), \(limit))
            """, as: UnusualVolume.self)
    }
}
