import Auth
import Models
import Postgres
import Web

/// Playlists over HTTP; whoever made one changes it, and nobody hears calls in it that they may not see.
struct PlaylistRoutes: Sendable {
    let database: Database

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Playlists> {
        OK(
            CallsAPI.Playlists(
                data: try await store(context).list(of: context.user.userID, reach: context.reach)))
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreatePlaylist>
    ) async throws -> Created<CallsAPI.Playlist> {
        guard let id = try await store(context).create(body.value, of: context.user.userID) else {
            throw Failure(.conflict, "There are \(PlaylistStore.mostPerPerson) playlists already.")
        }
        let made = try await present(id, context)
        return Created(made, at: "/api/v1/calls/playlists/\(id)", version: made.version)
    }

    func get(_ context: RequestContext, _ path: PathID<PlaylistID>) async throws -> OK<CallsAPI.Playlist> {
        let found = try await present(path.id, context)
        return OK(found, version: found.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<PlaylistID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdatePlaylist>
    ) async throws -> OK<CallsAPI.Playlist> {
        try await checkOwn(path.id, context)
        guard try await store(context).update(path.id, body.value, version: match.version) else {
            throw Failure(.preconditionFailed)
        }
        return try await get(context, path)
    }

    func add(
        _ context: RequestContext, _ path: PathID<PlaylistID>, _ body: Body<CallsAPI.AddPlaylistItem>
    ) async throws -> OK<CallsAPI.Playlist> {
        try await checkOwn(path.id, context)
        let item = body.value
        if let start = item.startSeconds, let end = item.endSeconds, end <= start {
            throw Failure.invalid("/end_seconds", "out_of_range", "It must be after start_seconds.")
        }
        let call = try await CallStore(database: database).find(item.callID, reach: context.reach, in: context.tenant)
        guard let call, call.deletedAt == nil else {
            throw Failure.invalid("/call_id", "not_found", "There is no such call.")
        }
        guard try await store(context).add(item, to: path.id) else {
            throw Failure(.conflict, "There are \(PlaylistStore.mostItems) entries already.")
        }
        return try await get(context, path)
    }

    func delete(_ context: RequestContext, _ path: PathID<PlaylistID>, _ match: IfMatch) async throws -> NoContent {
        try await checkOwn(path.id, context)
        guard try await store(context).delete(path.id, version: match.version) else {
            throw Failure(.preconditionFailed)
        }
        return NoContent()
    }

    private func store(_ context: RequestContext) -> PlaylistStore { PlaylistStore(rows: context.database(database)) }

    private func present(_ id: PlaylistID, _ context: RequestContext) async throws -> CallsAPI.Playlist {
        let found = try await store(context).list(of: context.user.userID, id, reach: context.reach)
        guard let first = found.first else { throw Failure(.notFound) }
        return first
    }

    private func checkOwn(_ id: PlaylistID, _ context: RequestContext) async throws {
        let found = try await present(id, context)
        guard found.ownerID == (try context.user.userID) || context.has(.settingsWrite) else {
            throw Failure(.forbidden, "Whoever made it changes it.")
        }
    }
}
