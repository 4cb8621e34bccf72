import Auth
import HTTP
import Models
import Postgres
import Web

/// A file that leaves in one piece; on record as every export is, and told of before its first byte.
struct ExportedFile: Sendable {
    /// As the list of exports names it.
    var format: String
    /// With its ending.
    var name: String
    var contentType = "text/csv; charset=utf-8"
    var rows: Int
    /// What it was chosen by.
    var filter = CallQuery()
    /// What it is about, where it is not the export itself.
    var subject: String?

    /// A table, behind the mark of UTF-8, without which spreadsheets read other scripts wrongly.
    func answer(_ table: String, _ context: RequestContext, _ database: Database) async throws -> Raw {
        try await answer([0xEF, 0xBB, 0xBF] + Array(table.utf8), context, database)
    }

    func answer(_ bytes: [UInt8], _ context: RequestContext, _ database: Database) async throws -> Raw {
        let person = context.principal?.user?.userID
        let id = try await CallExportStore(rows: context.database(database)).begin(format, filter, by: person)
        try await TakingEvents.publish(
            .callsExported, subject ?? "call_export/\(id)", rows: rows, by: context, database)
        try await CallExportRoutes.finish(id, format, rows, person, context.tenant, database)
        return Raw(
            HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": contentType, "Cache-Control": "no-store",
                    "Content-Disposition": "attachment; filename=\"\(name)\"", "X-Content-Type-Options": "nosniff",
                ], body: .bytes(bytes)))
    }
}
