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
