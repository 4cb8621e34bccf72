import Models
import Postgres
import Web

/// Which page of rows in order of time a list shows; what it adds to a statement.
struct RowOrderStore: Sendable {
    let isDescending: Bool
    let after: CursorPosition?
    let limit: Int
    let offset: Int

    init<Key: SortKey>(_ paging: Paging<Key>) {
        isDescending = paging.sort.isDescending
        after = paging.after
        limit = paging.fetchLimit
        offset = paging.offset
    }

    /// A page of an export, newest first.
    init(after: CursorPosition?, limit: Int) {
        isDescending = true
        self.after = after
        self.limit = limit
        offset = 0
    }

    /// The rows beyond the cursor.
    func start(_ at: StaticString, _ id: StaticString) -> SQL {
        guard let after, let instant = after.timestamp else { return "" }
        return isDescending
            ? " AND (\(unescaped: at), \(unescaped: id)) < (\(instant), \(after.id))"
            : " AND (\(unescaped: at), \(unescaped: id)) > (\(instant), \(after.id))"
    }

    /// Order and bounds.
    func end(_ at: StaticString, _ id: StaticString) -> SQL {
        let order: SQL =
            isDescending
            ? " ORDER BY \(unescaped: at) DESC, \(unescaped: id) DESC" : " ORDER BY \(unescaped: at), \(unescaped: id)"
        return "\(order) LIMIT \(limit) OFFSET \(offset)"
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
