import HTTP
import Models
import Postgres
import Web

/// All tenants as a table for other programs.
struct TenantExportRoutes: Sendable {
    /// How many rows one read fetches; no more of them are held.
    private static let batch = 500

    let database: Database

    func export(_ context: RequestContext, _ query: Query<TenantFilter>) async throws -> Raw {
        let (tenants, filter) = (TenantStore(rows: context.database(database)), query.value)
        return Raw(
            HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": "text/csv; charset=utf-8", "Cache-Control": "no-store",
                    "Content-Disposition": "attachment; filename=\"tenants.csv\"",
                ],
                body: .stream(length: nil) { writer in try await Self.write(tenants, filter, to: writer) }))
    }

    private static func write(_ tenants: TenantStore, _ filter: TenantFilter, to writer: HTTPBodyWriter) async throws {
        var text =
            "id,name,subdomain,status,plan,phone_system,time_zone,country,language,created_at,suspended_at,delete_after\r\n"
        var position: (at: Timestamp, id: TenantID)?
        while true {
            let page = RowPage(
                after: position.map { ($0.at, $0.id.uuid) }, isDescending: true, limit: batch, offset: 0)
            let found = try await tenants.list(filter, page)
            for tenant in found { text += line(tenant) }
            try await writer.write(Array(text.utf8))
            guard found.count == batch, let last = found.last else { return }
            position = (last.createdAt, last.id)
            text = ""
        }
    }

    private static func line(_ tenant: Tenant) -> String {
        let cells = [
            tenant.id.description, tenant.name, tenant.subdomain, tenant.status.rawValue, tenant.plan.rawValue,
            tenant.phoneSystem.rawValue, tenant.timeZone, tenant.country, tenant.language, tenant.createdAt.jsonText,
            tenant.suspendedAt?.jsonText ?? "", tenant.deleteAfter?.jsonText ?? "",
        ]
        return CSVText.line(cells)
    }
}
