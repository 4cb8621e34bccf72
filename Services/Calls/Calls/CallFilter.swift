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
    /// The order of a list; `id` breaks ties in the same direction.
    struct Order: Sendable, Hashable {
        var key: CallSort
        var isDescending: Bool

        static let newestFirst = Order(key: .startedAt, isDescending: true)
        static let oldestFirst = Order(key: .startedAt, isDescending: false)
    }

    var reach: CallReach
    var timeZone: TimeZoneName
    var order = Order.newestFirst
    /// What the caller asked for; several values of a name are alternatives.
    var query = CallQuery()
    /// A number, extension or address that one of the ends is, in its best form.
    var party: String?
    /// Our own end: what was called in inbound calls, what called in others.
    var line: String?
    /// The words of a search in transcripts, as the text of a `tsquery`; nil for no search.
    var words: String?
    /// These calls alone.
    var ids: [CallID]?
    /// Only calls that there is something to process of.
    var canGoOn = false
    /// Calls of test keys in place of real ones.
    var isTest = false

    var isInBin: Bool { query.deleted ?? false }

    /// Whether the list is all live calls of the tenant, whose count the roll-ups know.
    var isUnfiltered: Bool {
        query == CallQuery(search: query.search) && reach.agentID == nil && words == nil && ids == nil && !isTest
            && !canGoOn
    }
}

/// Where a page of calls begins: after this row.
struct CallPosition: Sendable, Hashable {
    /// The value that the list is sorted by.
    enum Value: Sendable, Hashable {
        case instant(Timestamp)
        case number(Int32)
        case fraction(Double)
    }

    var value: Value
    var id: CallID

    init(_ value: Value, _ id: CallID) {
        self.value = value
        self.id = id
    }

    init(startedAt: Timestamp, id: CallID) { self.init(.instant(startedAt), id) }

    /// Nil in a list by something else than time.
    var startedAt: Timestamp? {
        guard case .instant(let value) = value else { return nil }
        return value
    }
}
