import FoundationEssentials
import Models

/// Which rows of a table in order of creation a page holds: those beyond a position, in one of two directions.
///
/// Without a cursor the position lies beyond all rows, so one statement serves the first page and all that follow.
struct RowPage: Sendable {
    let isDescending: Bool
    let at: Timestamp
    let id: UUID
    let limit: Int
    let offset: Int

    init(after position: (at: Timestamp, id: UUID)?, isDescending: Bool, limit: Int, offset: Int) {
        self.isDescending = isDescending
        self.limit = limit
        self.offset = offset
        at = position?.at ?? (isDescending ? Self.farAway : Timestamp(microseconds: 0))
        id = position?.id ?? (isDescending ? UUID(high: .max, low: .max) : UUID(high: 0, low: 0))
    }

    /// The oldest rows first, up to a bound that is never reached.
    static func all(_ most: Int) -> RowPage { RowPage(after: nil, isDescending: false, limit: most, offset: 0) }

    /// The row comparison that takes rows beyond the position.
    var beyond: StaticString { isDescending ? "<" : ">" }
    var direction: StaticString { isDescending ? "DESC" : "ASC" }

    /// The year 9999.
    private static let farAway = Timestamp(microseconds: 253_370_764_800_000_000)
}
