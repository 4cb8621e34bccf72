import FoundationEssentials
import Models
import Postgres

/// Which page of rows in order of time a list shows; what it adds to a statement.
struct RowOrderStore: Sendable {
    let isDescending: Bool
    /// The last row before the page.
    let after: (at: Timestamp, id: UUID)?
    let limit: Int
    let offset: Int

    /// The rows beyond the cursor.
    func start(_ at: StaticString, _ id: StaticString) -> SQL {
        guard let after else { return "" }
        return isDescending
            ? " AND (\(unescaped: at), \(unescaped: id)) < (\(after.at), \(after.id))"
            : " AND (\(unescaped: at), \(unescaped: id)) > (\(after.at), \(after.id))"
    }

    /// Order and bounds.
    func end(_ at: StaticString, _ id: StaticString) -> SQL {
        let order: SQL =
            isDescending
            ? " ORDER BY \(unescaped: at) DESC, \(unescaped: id) DESC" : " ORDER BY \(unescaped: at), \(unescaped: id)"
        return "\(order) LIMIT \(limit) OFFSET \(offset)"
    }
}
