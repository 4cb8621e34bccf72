import Models

/// What a list, an export, a saved view or an action upon many calls chooses calls by; several values of a name are
/// alternatives, several names all hold.
struct CallQuery: Codable, Sendable, Hashable {
    /// Words that must all be in the transcript; a trailing `*` leaves a word's end open.
    var search: String?
    var direction: [CallDirection]?
    var status: [CallStatus]?
    var stage: [ProcessingStage]?
    var origin: CallOrigin?
    /// Connections by id, or `api`.
    var source: [String]?
    var sentiment: [SentimentLabel]?
    /// From -1 to 1, the bounds included.
    var sentimentMin: Double?
    var sentimentMax: Double?
    /// From 0 to 100, the bounds included.
    var qualityMin: Int?
    var qualityMax: Int?
    /// Seconds from start to end, the bounds included.
    var durationMin: Int?
    var durationMax: Int?
    var agentID: [UserID]?
    /// Calls of nobody, or of anybody.
    var unassigned: Bool?
    /// A number, an extension or an address that one of the ends is.
    var party: String?
    /// Our own end: what was called in inbound calls, what called in others.
    var line: String?
    /// Spoken languages, as found or as told.
    var language: [String]?
    /// A topic by its name.
    var topic: [String]?
    var tagID: [TagID]?
    /// Trackers whose words were said.
    var trackerID: [TrackerID]?
    var dispositionID: [DispositionID]?
    var dispositionCategory: [DispositionCategory]?
    var hasDisposition: Bool?
    /// Whether people spoke.
    var answered: Bool?
    /// Teams by name, as lines tell them.
    var team: [String]?
    var hasRecording: Bool?
    var hasTranscript: Bool?
    var hasAnalysis: Bool?
    /// The first and the last day, in the tenant's time zone.
    var fromDate: LocalDate?
    var toDate: LocalDate?
    var startedAfter: Timestamp?
    var startedBefore: Timestamp?
    /// Where the tenant is: 1 for Monday to 7 for Sunday, and 0 to 23.
    var weekday: [Int]?
    var hour: [Int]?
    /// The bin in place of the list.
    var deleted: Bool?
    /// Calls of test keys in place of real ones; a test key sees no others.
    var test: Bool?

    /// What the store is asked for; nil when the search has no word, so that nothing can be found.
    func filter(
        _ reach: CallReach, _ timeZone: TimeZoneName, country: String, _ order: CallFilter.Order = .newestFirst
    ) -> CallFilter? {
        var filter = CallFilter(reach: reach, timeZone: timeZone, order: order, query: self)
        filter.party = party.map { Party(reading: $0, country: country).value }
        filter.line = line.map { Party(reading: $0, country: country).value }
        filter.isTest = reach.isTest ?? test ?? false
        if let search {
            guard let words = WordQuery(search).tsquery else { return nil }
            filter.words = words
        }
        return filter
    }
}
