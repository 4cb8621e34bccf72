import HTTP
import Models
import Web

/// Rows as a table of comma-separated values (RFC 4180), page by page, so that no more of them are held.
enum CSVExport {
    private static let batch = 500

    /// One row: where it stands, and its cells.
    typealias Row = (position: CursorPosition, cells: [String])

    /// An answer of all rows that `next` gives after each other; it is asked for those after a position.
    static func answer(
        _ name: String, head: [String],
        _ next: @escaping @Sendable (_ after: CursorPosition?, _ limit: Int) async throws -> [Row]
    ) -> Raw {
        Raw(
            HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                    "Content-Disposition": "attachment; filename=\"\(name).csv\"",
                ],
                body: .stream(length: nil) { writer in
                    var text = CSVText.line(head)
                    var after: CursorPosition?
                    while true {
                        let rows = try await next(after, batch)
                        for row in rows { text += CSVText.line(row.cells) }
                        if !text.isEmpty { try await writer.write(Array(text.utf8)) }
                        guard rows.count == batch, let last = rows.last else { return }
                        after = last.position
                        text = ""
                    }
                }))
    }
}
