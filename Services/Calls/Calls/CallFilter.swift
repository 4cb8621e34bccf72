import Models

/// Which calls a caller may see at all; part of the `WHERE` of every read and every change.
struct CallReach: Sendable, Hashable {
    /// The agent whose calls alone are seen; nil for the whole organisation.
    var agentID: UserID?
    /// A test key sees what test keys made and nothing else; nil for people, who see both.
    var isTest: Bool?

    /// Everything of the tenant: for jobs.
    static let all = CallReach()
}

/// Which calls a list shows, and in which order.
struct CallFilter: Sendable {
    /// The order of a list; `id` breaks ties.
    enum Order: Sendable {
        case newestFirst
        case oldestFirst
    }

    var reach: CallReach
    var timeZone: TimeZoneName
    var order = Order.newestFirst
    var direction: CallDirection?
    var status: CallStatus?
    var stage: ProcessingStage?
    var sentiment: SentimentLabel?
    var agentID: UserID?
    var startedAfter: Timestamp?
    var startedBefore: Timestamp?
    /// Days in the tenant's time zone, both included.
    var fromDate: LocalDate?
    var toDate: LocalDate?
    /// A number, extension or address that one of the ends is.
    var party: String?
    /// The words of a search in transcripts, as the text of a `tsquery`; nil for no search.
    var words: String?
    /// Calls of test keys in place of real ones.
    var isTest = false
    var isInBin = false

    /// Whether the list is all live calls of the tenant, whose count the roll-ups know.
    var isUnfiltered: Bool {
        direction == nil && status == nil && stage == nil && sentiment == nil && agentID == nil && reach.agentID == nil
            && startedAfter == nil && startedBefore == nil && fromDate == nil && toDate == nil && party == nil
            && words == nil && !isTest && !isInBin
    }
}

/// Where a page of calls begins: after this row.
struct CallPosition: Sendable, Hashable {
    var startedAt: Timestamp
    var id: CallID
}
