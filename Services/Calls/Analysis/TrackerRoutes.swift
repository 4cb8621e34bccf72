import JSON
import Models
import Postgres
import Web

/// Trackers over HTTP, and the calls in which their words were said.
struct TrackerRoutes: Sendable {
    /// How hits can be sorted.
    enum Order: String, SortKey {
        case startedAt = "started_at"

        static var standard: Sort<Order> { .descending(.startedAt) }
    }

    private let trackers: TrackerStore

    init(database: Database) { trackers = TrackerStore(database: database) }

    /// All of them: there are never more than a page shows.
    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Trackers> {
        OK(CallsAPI.Trackers(data: try await trackers.list(in: context.tenant).map(\.wire)))
    }

    func get(_ context: RequestContext, _ path: PathID<TrackerID>) async throws -> OK<CallsAPI.Tracker> {
        let found = try await find(path.id, context)
        return OK(found.wire, version: found.tracker.version)
    }

    func create(
        _ context: RequestContext, _ body: Body<CallsAPI.CreateTracker>
    ) async throws -> Created<CallsAPI.Tracker> {
        try Self.check(body.value.phrases)
        let made = try await trackers.create(
            name: body.value.name, phrases: body.value.phrases, speaker: body.value.speaker, in: context.tenant)
        return Created(made.wire, at: "/api/v1/calls/trackers/\(made.tracker.id)", version: made.tracker.version)
    }

    func update(
        _ context: RequestContext, _ path: PathID<TrackerID>, _ match: IfMatch, _ body: Body<CallsAPI.UpdateTracker>
    ) async throws -> OK<CallsAPI.Tracker> {
        if let phrases = body.value.phrases { try Self.check(phrases) }
        var tracker = try await find(path.id, context)
        tracker.tracker.name = body.value.name ?? tracker.tracker.name
        tracker.tracker.phrases = body.value.phrases ?? tracker.tracker.phrases
        tracker.isActive = body.value.isActive ?? tracker.isActive
        if body.value.speaker.isPresent { tracker.tracker.speaker = body.value.speaker.value }
        guard let changed = try await trackers.update(tracker, version: match.version, in: context.tenant) else {
            throw Failure(.preconditionFailed)
        }
        return OK(changed.wire, version: changed.tracker.version)
    }

    func delete(_ context: RequestContext, _ path: PathID<TrackerID>, _ match: IfMatch) async throws -> NoContent {
        _ = try await find(path.id, context)
        guard try await trackers.delete(path.id, version: match.version, in: context.tenant) else {
            throw Failure(.preconditionFailed)
        }
        return NoContent()
    }

    func hits(
        _ context: RequestContext, _ path: PathID<TrackerID>, _ paging: Paging<Order>
    ) async throws -> OK<Page<CallsAPI.TrackedCall>> {
        guard paging.sort.isDescending else {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/sort", code: "not_allowed", detail: "-started_at expected")])
        }
        _ = try await find(path.id, context)
        let after = paging.after.flatMap { cursor in
            cursor.timestamp.map { CallPosition(startedAt: $0, id: CallID(cursor.id)) }
        }
        var (found, total): ([CallsAPI.TrackedCall], Int) = ([], 0)
        if context.settings.analysisFeatures.contains(.trackers) {
            found = try await trackers.hits(
                of: path.id, reach: context.reach, after: after, limit: paging.fetchLimit, offset: paging.offset,
                in: context.tenant)
            total = try await trackers.countHits(of: path.id, reach: context.reach, in: context.tenant)
        }
        return OK(
            paging.page(
                found, total: total, totalIsExact: total <= CallListStore.countBound,
                position: { CursorPosition(.timestamp($0.startedAt), $0.callID) }
            ) { $0 })
    }

    private func find(_ id: TrackerID, _ context: RequestContext) async throws -> StoredTracker {
        guard let found = try await trackers.find(id, in: context.tenant) else { throw Failure(.notFound) }
        return found
    }

    private static func check(_ phrases: [String]) throws(Failure) {
        let errors = phrases.enumerated().compactMap { index, phrase in
            phrase.count <= 200 && !WordCutter.cut(phrase).isEmpty
                ? nil
                : FieldError(
                    pointer: "/phrases/\(index)", code: "invalid_format",
                    detail: "words of up to 200 characters expected")
        }
        guard errors.isEmpty else { throw Failure(.validationFailed, errors: errors) }
    }
}

extension StoredTracker {
    fileprivate var wire: CallsAPI.Tracker {
        CallsAPI.Tracker(
            id: tracker.id, version: tracker.version, name: tracker.name, phrases: tracker.phrases,
            speaker: tracker.speaker, isActive: isActive, createdAt: createdAt, updatedAt: updatedAt)
    }
}
