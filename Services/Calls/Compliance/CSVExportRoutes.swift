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
                    var text = line(head)
                    var after: CursorPosition?
                    while true {
                        let rows = try await next(after, batch)
                        for row in rows { text += line(row.cells) }
                        if !text.isEmpty { try await writer.write(Array(text.utf8)) }
                        guard rows.count == batch, let last = rows.last else { return }
                        after = last.position
                        text = ""
                    }
                }))
    }

    static func line(_ cells: [String]) -> String { cells.map(cell).joined(separator: ",") + "\r\n" }

    /// A cell that no spreadsheet takes for a formula; a number in E.164 is left as it is.
    static func cell(_ text: String) -> String {
        let isNumber = text.first == "+" && text.dropFirst().utf8.allSatisfy { (48...57).contains($0) }
        let isFormula = text.unicodeScalars.first.map { "=+-@\t\r".unicodeScalars.contains($0) } ?? false
        let text = isFormula && !isNumber ? "'" + text : text
        guard text.unicodeScalars.contains(where: { ",\"\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
