import Models
import Postgres
import Web

/// Lists of calls over HTTP.
struct CallListRoutes: Sendable {
    private let lists: CallListStore

    init(database: Database) {
        lists = CallListStore(database: database)
    }

    func list(
        _ context: RequestContext, _ query: Query<CallQuery>, _ paging: Paging<CallSort>
    ) async throws -> OK<Page<CallsAPI.CallSummary>> {
        guard let filter = query.value.filter(context, paging.sort) else {
            // A search without a single word finds nothing.
            return OK(paging.page([Call](), total: 0, totalIsExact: true, position: \.position) { $0.summary })
        }
        let after = paging.after.flatMap { cursor in
            cursor.timestamp.map { CallPosition(startedAt: $0, id: CallID(cursor.id)) }
        }
        let page = try await lists.page(
            filter, after: after, limit: paging.fetchLimit, offset: paging.offset, in: context.tenant)
        return OK(
            paging.page(page.calls, total: page.total, totalIsExact: page.totalIsExact, position: \.position) {
                $0.summary
            })
    }
}

/// The query of a list of calls.
struct CallQuery: Codable, Sendable {
    /// Words that must all be in the transcript; a trailing `*` leaves a word's end open.
    var search: String?
    var direction: CallDirection?
    var status: CallStatus?
    var stage: ProcessingStage?
    var sentiment: SentimentLabel?
    var agentID: UserID?
    /// A number, an extension or an address that one of the ends is.
    var party: String?
    /// The first and the last day, in the tenant's time zone.
    var fromDate: LocalDate?
    var toDate: LocalDate?
    var startedAfter: Timestamp?
    var startedBefore: Timestamp?
    /// The bin in place of the list.
    var deleted: Bool?
    /// Calls of test keys in place of real ones; a test key sees no others.
    var test: Bool?

    /// What the store is asked for; nil when the search has no word, so that nothing can be found.
    func filter(_ context: RequestContext, _ sort: Sort<CallSort>) -> CallFilter? {
        var filter = CallFilter(reach: context.reach, timeZone: context.timeZone)
        filter.order = sort.isDescending ? .newestFirst : .oldestFirst
        filter.direction = direction
        filter.status = status
        filter.stage = stage
        filter.sentiment = sentiment
        filter.agentID = agentID
        filter.party = party.map { Party(reading: $0, country: context.country).value }
        filter.fromDate = fromDate
        filter.toDate = toDate
        filter.startedAfter = startedAfter
        filter.startedBefore = startedBefore
        filter.isInBin = deleted ?? false
        filter.isTest = context.reach.isTest ?? test ?? false
        if let search {
            guard let words = WordQuery(search).tsquery else { return nil }
            filter.words = words
        }
        return filter
    }
}

/// How a list of calls can be sorted.
enum CallSort: String, SortKey {
    case startedAt = "started_at"

    static var standard: Sort<CallSort> { .descending(.startedAt) }
}

extension Call {
    fileprivate var position: CursorPosition { CursorPosition(.timestamp(startedAt), id) }
}
