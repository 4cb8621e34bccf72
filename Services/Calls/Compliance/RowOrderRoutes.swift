import FoundationEssentials
import Models
import Web

extension RowOrderStore {
    /// The page that a request asks for.
    init<Key: SortKey>(_ paging: Paging<Key>) {
        self.init(
            isDescending: paging.sort.isDescending, after: Self.row(paging.after), limit: paging.fetchLimit,
            offset: paging.offset)
    }

    /// A page of an export, newest first.
    init(after: CursorPosition?, limit: Int) {
        self.init(isDescending: true, after: Self.row(after), limit: limit, offset: 0)
    }

    private static func row(_ position: CursorPosition?) -> (at: Timestamp, id: UUID)? {
        position.flatMap { position in position.timestamp.map { ($0, position.id) } }
    }
}

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
