import FoundationEssentials
import JSON
import Models
import Postgres

/// The playlists' rows: one's own and those that are shared, with the entries whose calls the reader sees.
struct PlaylistStore: Sendable {
    static let mostItems = 500
    static let mostPerPerson = 200

    let rows: TenantDatabase

    private var tenant: TenantID { rows.tenant }

    func list(of person: UserID, _ id: PlaylistID? = nil, reach: CallReach) async throws -> [CallsAPI.Playlist] {
        let results = try await rows.batch([
            """
            SELECT id, name, description, is_shared, owner_id, version, created_at FROM call_playlists
            WHERE tenant_id = \(tenant) AND (owner_id = \(person) OR is_shared) AND (\(id)::uuid IS NULL OR id = \(id))
            ORDER BY lower(name), id LIMIT 500
            """,
            """
            SELECT i.playlist_id, i.id, i.call_id, i.title, i.start_seconds, i.end_seconds
            FROM call_playlist_items AS i
            JOIN call_playlists AS p ON p.tenant_id = i.tenant_id AND p.id = i.playlist_id
            WHERE i.tenant_id = \(tenant) AND (p.owner_id = \(person) OR p.is_shared)
              AND (\(id)::uuid IS NULL OR p.id = \(id))
              AND i.call_id IN (
                  SELECT id FROM calls WHERE tenant_id = \(tenant) AND deleted_at IS NULL\(reach.condition)
                    AND id IN (SELECT call_id FROM call_playlist_items WHERE tenant_id = \(tenant)))
            ORDER BY i.position, i.id LIMIT 20000
            """,
        ])
        var items: [PlaylistID: [CallsAPI.PlaylistItem]] = [:]
        let found = try results[1].map { row in
            (
                try row.next(PlaylistID.self),
                CallsAPI.PlaylistItem(
                    id: try row.next(PlaylistItemID.self), callID: try row.next(CallID.self),
                    title: try row.next(String?.self), startSeconds: try row.next(Double?.self),
                    endSeconds: try row.next(Double?.self))
            )
        }
        for (playlist, item) in found { items[playlist, default: []].append(item) }
        return try results[0].map { row in
            let id = try row.next(PlaylistID.self)
            return CallsAPI.Playlist(
                id: id, name: try row.next(String.self), description: try row.next(String?.self),
                isShared: try row.next(Bool.self), ownerID: try row.next(UserID.self), items: items[id] ?? [],
                version: try row.next(Int64.self), createdAt: try row.next(Timestamp.self))
        }
    }

    /// Nil when the person has too many.
    func create(_ wanted: CallsAPI.CreatePlaylist, of person: UserID) async throws -> PlaylistID? {
        try await rows.first(
            """
            INSERT INTO call_playlists (tenant_id, id, name, description, is_shared, owner_id)
            SELECT \(tenant), \(PlaylistID.make()), \(wanted.name), \(wanted.description), \(wanted.isShared ?? false), \(person)
            WHERE (SELECT count(*) FROM call_playlists WHERE tenant_id = \(tenant) AND owner_id = \(person)) < \(Self.mostPerPerson)
            RETURNING id
            """
        ) { row in try row.next(PlaylistID.self) }
    }

    /// False when there is none of this version.
    func update(_ id: PlaylistID, _ wanted: CallsAPI.UpdatePlaylist, version: Int64?) async throws -> Bool {
        try await rows.transaction { transaction in
            let changed = try await transaction.execute(
                """
                UPDATE call_playlists SET name = coalesce(\(wanted.name), name),
                    description = CASE WHEN \(wanted.description.isPresent) THEN \(wanted.description.value) ELSE description END,
                    is_shared = coalesce(\(wanted.isShared), is_shared), version = version + 1
                WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
                """)
            guard changed > 0 else { return false }
            guard let ids = wanted.itemIDs else { return true }
            _ = try await transaction.batch([
                """
                DELETE FROM call_playlist_items
                WHERE tenant_id = \(tenant) AND playlist_id = \(id) AND id <> ALL (\(ids)::uuid[])
                """,
                """
                UPDATE call_playlist_items AS i SET position = wanted.place - 1
                FROM unnest(\(ids)::uuid[]) WITH ORDINALITY AS wanted (id, place)
                WHERE i.tenant_id = \(tenant) AND i.playlist_id = \(id) AND i.id = wanted.id
                """,
            ])
            return true
        }
    }

    /// False when the playlist is full.
    func add(_ item: CallsAPI.AddPlaylistItem, to id: PlaylistID) async throws -> Bool {
        let results = try await rows.batch([
            """
            INSERT INTO call_playlist_items (tenant_id, id, playlist_id, call_id, title, start_seconds, end_seconds, position)
            SELECT \(tenant), \(PlaylistItemID.make()), \(id), \(item.callID), \(item.title), \(item.startSeconds), \(item.endSeconds),
                (SELECT coalesce(max(position), -1) + 1 FROM call_playlist_items WHERE tenant_id = \(tenant) AND playlist_id = \(id))
            WHERE (SELECT count(*) FROM call_playlist_items WHERE tenant_id = \(tenant) AND playlist_id = \(id)) < \(Self.mostItems)
            """,
            "UPDATE call_playlists SET version = version + 1 WHERE tenant_id = \(tenant) AND id = \(id)",
        ])
        return results[0].affectedRows > 0
    }

    func delete(_ id: PlaylistID, version: Int64?) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM call_playlists
            WHERE tenant_id = \(tenant) AND id = \(id) AND version = coalesce(\(version), version)
            """) > 0
    }
}
