import Auth
import Events
import HTTP
import Models
import Postgres
import Web

/// Calls as files, one by one or however long their list is, and who took them out.
struct CallExportRoutes: Sendable {
    /// How many rows one read fetches; no more of them are held.
    private static let batch = 500

    /// The data of `calls.exported`: how much left, for whoever watches for unusual volumes.
    struct Facts: Codable, Sendable {
        var exportID: CallExportID
        var userID: UserID?
        var format: String
        var rows: Int
    }

    enum Order: String, SortKey {
        case createdAt = "created_at"

        static var standard: Sort<Order> { .descending(.createdAt) }
    }

    let database: Database

    func csv(_ context: RequestContext, _ query: Query<CallQuery>) async throws -> Raw {
        let (tenant, person) = (context.tenant, context.principal?.user?.userID)
        let (filter, features) = (query.value.filter(context), context.settings.analysisFeatures)
        let exports = CallExportStore(rows: context.database(database))
        let id = try await exports.begin("csv", query.value, by: person)
        // As many as lists tell, before the first leaves; the record of the export counts what really did.
        var total = 0
        if let filter {
            total = try await CallListStore(database: database).page(
                filter, after: nil, limit: 1, offset: 0, in: tenant
            ).total
        }
        try await TakingEvents.publish(.callsExported, "call_export/\(id)", rows: total, by: context, database)
        return Raw(
            HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                    "Content-Disposition": "attachment; filename=\"calls.csv\"", "X-Content-Type-Options": "nosniff",
                ],
                body: .stream(length: nil) { [database] writer in
                    let lists = CallListStore(database: database)
                    var (count, position): (Int, CallPosition?) = (0, nil)
                    // The mark of UTF-8, without which spreadsheets read other scripts wrongly.
                    try await writer.write([0xEF, 0xBB, 0xBF] + Array(CallTable.head.utf8))
                    while let filter {
                        let found = try await lists.rows(filter, after: position, limit: Self.batch, in: tenant)
                        guard let last = found.last else { break }
                        let extras = try await CallExtrasStore(database: database).read(
                            found.map(\.id), search: nil, in: tenant)
                        let text = found.map { CallTable.line($0.showing(features), extras) }.joined()
                        // Noted before it leaves: what was broken off has left too.
                        count += found.count
                        try await exports.note(id, rows: count, isDone: false)
                        try await writer.write(Array(text.utf8))
                        guard found.count == Self.batch else { break }
                        position = filter.order.position(of: last)
                    }
                    try await Self.finish(id, "csv", count, person, tenant, database)
                }))
    }

    /// What was said in one call and found in it, line by line.
    func lines(_ context: RequestContext, _ path: PathID<CallID>) async throws -> Raw {
        let call = try await CallStore(database: database).find(path.id, reach: context.reach, in: context.tenant)
        guard let call, call.deletedAt == nil else { throw Failure(.notFound) }
        let results = try await ResultStore(database: database).results(of: call.id, in: context.tenant)
            .showing(context.settings.analysisFeatures)
        guard let transcript = results.transcript?.transcript else {
            throw Failure(.notFound, "The call has no transcript.")
        }
        let analysis = results.analysedTranscript == nil ? nil : results.analysis?.analysis
        return try await ExportedFile(
            format: "csv_call", name: "call-\(call.id).csv", rows: transcript.segments.count, subject: "call/\(call.id)"
        ).answer(CallLines.table(of: transcript, analysis), context, database)
    }

    /// Closes an export and tells of it.
    static func finish(
        _ id: CallExportID, _ format: String, _ count: Int, _ person: UserID?, _ tenant: TenantID, _ database: Database
    ) async throws {
        try await CallExportStore(rows: database.tenant(tenant)).note(id, rows: count, isDone: true)
        try await database.tenant(tenant).transaction { transaction in
            _ = try await Outbox.publish(
                .callsExported, subject: "call_export/\(id)",
                data: Facts(exportID: id, userID: person, format: format, rows: count), in: transaction)
        }
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<CallsAPI.CallExport>> {
        let store = CallExportStore(rows: context.database(database))
        let after = paging.after.flatMap { cursor in cursor.timestamp.map { ($0, CallExportID(cursor.id)) } }
        let found = try await store.list(after: after, limit: paging.fetchLimit, offset: paging.offset)
        let total = try await store.count(bound: 10_001)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0 })
    }
}
