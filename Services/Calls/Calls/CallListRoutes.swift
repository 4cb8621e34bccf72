import Models
import Postgres
import Web

/// Lists of calls over HTTP.
struct CallListRoutes: Sendable {
    private let lists: CallListStore
    private let calls: CallStore
    private let extras: CallExtrasStore

    init(database: Database) {
        lists = CallListStore(database: database)
        calls = CallStore(database: database)
        extras = CallExtrasStore(database: database)
    }

    func list(
        _ context: RequestContext, _ query: Query<CallQuery>, _ paging: Paging<CallSort>
    ) async throws -> OK<Page<CallsAPI.CallSummary>> {
        let order = CallFilter.Order(key: paging.sort.key, isDescending: paging.sort.isDescending)
        guard let filter = query.value.filter(context, order) else {
            // A search without a single word finds nothing.
            return OK(paging.page([Call](), total: 0, totalIsExact: true, position: order.cursor) { $0.summary })
        }
        let features = context.settings.analysisFeatures
        let found = try await lists.page(
            filter, after: paging.after.flatMap { CallPosition($0, in: order) }, limit: paging.fetchLimit,
            offset: paging.offset, in: context.tenant)
        let more = try await extras.read(
            found.calls.prefix(paging.limit).map(\.id), search: query.value.search, in: context.tenant)
        return OK(
            paging.page(found.calls, total: found.total, totalIsExact: found.totalIsExact, position: order.cursor) {
                more.summary(of: $0.showing(features))
            })
    }

    /// How many calls on each side are told.
    struct RelatedQuery: Codable, Sendable {
        /// 1 to 50; 10 when not given.
        var limit: Int?
    }

    func related(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<RelatedQuery>
    ) async throws -> OK<CallsAPI.RelatedCalls> {
        let limit = query.value.limit ?? 10
        guard (1...50).contains(limit) else {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/limit", code: "out_of_range", detail: "1 to 50 expected")])
        }
        guard let call = try await calls.find(path.id, reach: context.reach, in: context.tenant) else {
            throw Failure(.notFound)
        }
        let other = call.direction == .inbound ? call.from : call.to
        guard !other.value.isEmpty else { return OK(CallsAPI.RelatedCalls(party: nil, before: [], after: [])) }
        let features = context.settings.analysisFeatures
        let (before, after) = try await lists.related(
            to: call, by: other.value, limit: limit, reach: context.reach, in: context.tenant)
        let more = try await extras.read((before + after).map(\.id), search: nil, in: context.tenant)
        return OK(
            CallsAPI.RelatedCalls(
                party: other.value, before: before.map { more.summary(of: $0.showing(features)) },
                after: after.map { more.summary(of: $0.showing(features)) }))
    }

    /// What is searched in one call.
    struct HitsQuery: Codable, Sendable {
        /// Words; those that are found are told, whether all are or not.
        var search: String
    }

    func hits(
        _ context: RequestContext, _ path: PathID<CallID>, _ query: Query<HitsQuery>
    ) async throws -> OK<CallsAPI.TranscriptHits> {
        guard try await calls.find(path.id, reach: context.reach, in: context.tenant) != nil,
            let stored = try await ResultStore(database: calls.database).transcript(of: path.id, in: context.tenant)
        else { throw Failure(.notFound) }
        let words = WordQuery(query.value.search)
        let found = TranscriptHits(words).find(in: words.terms.isEmpty ? [] : stored.transcript.segments, limit: 500)
        return OK(CallsAPI.TranscriptHits(transcriptVersion: stored.version, hits: found.hits, isCut: found.isCut))
    }
}

extension CallPosition {
    /// Nil for a cursor of another order.
    init?(_ cursor: CursorPosition, in order: CallFilter.Order) {
        let value: Value?
        switch order.key {
        case .startedAt: value = cursor.timestamp.map(Value.instant)
        case .durationSeconds, .qualityScore: value = cursor.int.map { .number(Int32(clamping: $0)) }
        case .sentimentScore: value = cursor.text.flatMap(Double.init).map(Value.fraction)
        }
        guard let value else { return nil }
        self.init(value, CallID(cursor.id))
    }
}

extension CallFilter.Order {
    /// Where a call stands in the order, for a cursor.
    fileprivate func cursor(_ call: Call) -> CursorPosition {
        switch position(of: call).value {
        case .instant(let value): CursorPosition(.timestamp(value), call.id)
        case .number(let value): CursorPosition(.int(Int64(value)), call.id)
        case .fraction(let value): CursorPosition(.text("\(value)"), call.id)
        }
    }
}

extension CallQuery {
    /// What the store is asked for; nil when the search has no word or something is asked that is switched off, so that
    /// nothing can be found.
    func filter(_ context: RequestContext, _ order: CallFilter.Order = .newestFirst) -> CallFilter? {
        guard !asks(beyond: context.settings.analysisFeatures, order.key) else { return nil }
        return filter(context.reach, context.timeZone, country: context.country, order)
    }

    /// Whether calls are chosen or sorted by what is switched off.
    func asks(beyond features: Set<AnalysisFeature>, _ order: CallSort = .standard.key) -> Bool {
        var asked: Set<AnalysisFeature> = []
        if sentiment != nil || sentimentMin != nil || sentimentMax != nil { asked.insert(.sentiment) }
        if qualityMin != nil || qualityMax != nil { asked.insert(.quality) }
        if topic != nil { asked.insert(.topics) }
        if trackerID != nil { asked.insert(.trackers) }
        switch order {
        case .sentimentScore: asked.insert(.sentiment)
        case .qualityScore: asked.insert(.quality)
        case .startedAt, .durationSeconds: break
        }
        return !asked.isSubset(of: features)
    }
}

/// How a list of calls can be sorted; calls without the value are left out of lists by it.
enum CallSort: String, SortKey {
    case startedAt = "started_at"
    case durationSeconds = "duration_seconds"
    case qualityScore = "quality_score"
    case sentimentScore = "sentiment_score"

    static var standard: Sort<CallSort> { .descending(.startedAt) }
}
