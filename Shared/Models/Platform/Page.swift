/// One page of a list.
package struct Page<Row: Codable & Sendable>: Codable, Sendable {
    package var data: [Row]
    /// The page's number from 1; null when the page was reached by cursor.
    package var page: Int?
    package var limit: Int
    package var total: Int
    /// False when `total` is a lower bound: counting stopped there.
    package var totalIsExact: Bool
    /// Opaque; null on the last page.
    package var nextCursor: String?

    package init(data: [Row], page: Int?, limit: Int, total: Int, totalIsExact: Bool, nextCursor: String?) {
        self.data = data
        self.page = page
        self.limit = limit
        self.total = total
        self.totalIsExact = totalIsExact
        self.nextCursor = nextCursor
    }
}
