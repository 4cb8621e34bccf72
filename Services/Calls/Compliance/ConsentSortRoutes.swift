import Web

/// The one order of the lists of consent: by time.
enum ConsentSort: String, SortKey {
    case createdAt = "created_at"

    static var standard: Sort<ConsentSort> { .descending(.createdAt) }
}

/// The one order of decisions: by time.
enum DecisionSort: String, SortKey {
    case at

    static var standard: Sort<DecisionSort> { .descending(.at) }
}
