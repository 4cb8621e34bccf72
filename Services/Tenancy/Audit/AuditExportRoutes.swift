import HTTP
import JSON
import Models
import Postgres
import Web

/// The audit log as a table or as lines of JSON, however long it is.
struct AuditExportRoutes: Sendable {
    /// How many rows one read fetches; no more of them are held.
    private static let batch = 500
    private static let head =
        "id,occurred_at,actor_kind,actor_id,actor_service,impersonator_id,action,subject,request_id,client_address,before,after\r\n"

    let database: Database

    enum Format: String, Codable, CaseIterable, Sendable {
        case csv, ndjson
    }

    /// How it is written.
    struct FormatQuery: Codable, Sendable {
        var format: Format?
    }

    func export(_ context: RequestContext, _ form: Query<FormatQuery>, _ query: Query<AuditFilter>) async throws -> Raw
    {
        try export(of: context.tenant, context, form.value.format ?? .csv, query.value)
    }

    /// What happened in one tenant, for super admins; their own log says that they took it out.
    func exportOfTenant(
        _ context: RequestContext, _ path: PathID<TenantID>, _ form: Query<FormatQuery>, _ query: Query<AuditFilter>
    ) async throws -> Raw {
        guard try await TenantStore(rows: database.tenant(path.id)).find(path.id) != nil else {
            throw Failure(.notFound)
        }
        return try export(of: path.id, context, form.value.format ?? .csv, query.value)
    }

    private func export(
        of tenant: TenantID, _ context: RequestContext, _ format: Format, _ filter: AuditFilter
    ) throws -> Raw {
        let (rows, own) = (database.tenant(tenant), context.database(database))
        let zone = context.knowledge.tenant(tenant)?.timeZone ?? .utc
        let origin = try context.origin()
        let type = format == .csv ? "text/csv; charset=utf-8" : "application/x-ndjson"
        return Raw(
            HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": type, "Cache-Control": "no-store",
                    "Content-Disposition": "attachment; filename=\"audit.\(format.rawValue)\"",
                ],
                body: .stream(length: nil) { writer in
                    let count = try await Self.write(filter, format, zone, tenant, rows, to: writer)
                    let told = try JSONText(encoding: ["rows": count])
                    try await AuditStore(rows: own).append(
                        origin.entry(.auditExported, "tenant/\(tenant)", after: told), in: own.tenant)
                }))
    }

    private static func write(
        _ filter: AuditFilter, _ format: Format, _ zone: TimeZoneName, _ tenant: TenantID, _ rows: TenantDatabase,
        to writer: HTTPBodyWriter
    ) async throws -> Int {
        let store = AuditStore(rows: rows)
        var bytes = format == .csv ? Array(head.utf8) : []
        var position: (at: Timestamp, id: AuditID)?
        var count = 0
        while true {
            let page = RowPage(
                after: position.map { ($0.at, $0.id.uuid) }, isDescending: true, limit: batch, offset: 0)
            let found = try await store.list(filter, page, zone: zone, in: tenant)
            for row in found { bytes += format == .csv ? Array(line(row).utf8) : try JSON.encode(row.wire) + [0x0a] }
            count += found.count
            if !bytes.isEmpty { try await writer.write(bytes) }
            guard found.count == batch, let last = found.last else { return count }
            position = (last.occurredAt, last.id)
            bytes = []
        }
    }

    private static func text(_ document: JSONText?) -> String {
        document.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
    }

    private static func line(_ row: AuditRow) -> String {
        let cells = [
            row.id.description, row.occurredAt.jsonText, row.actorKind, row.actorID?.text ?? "", row.actorService ?? "",
            row.impersonator?.description ?? "", row.action, row.subject, row.requestID ?? "", row.address ?? "",
            text(row.before), text(row.after),
        ]
        return CSVText.line(cells)
    }
}
