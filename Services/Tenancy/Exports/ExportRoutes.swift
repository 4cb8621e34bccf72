import Auth
import BlobStore
import Crypto
import HTTP
import Jobs
import Models
import Postgres
import Web

/// Archives of all that a tenant has, for its owner.
struct ExportRoutes: Sendable {
    let database: Database
    let blobs: any BlobStore

    enum Order: String, SortKey {
        case requestedAt = "requested_at"

        static var standard: Sort<Order> { .descending(.requestedAt) }
    }

    func create(_ context: RequestContext) async throws -> Created<TenancyAPI.Export> {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let (tenant, user, origin) = (context.tenant, try context.user.userID, try context.origin())
        try await blobs.checkRoom(for: 0)
        let export = try await rows.transaction { rows in
            guard let export = try await ExportStore(rows: rows).create(.make(), by: user, in: tenant) else {
                throw Failure(.conflict, "An archive is being made already.")
            }
            try await AuditStore(rows: rows).append(origin.entry(.exportRequested, "export/\(export.id)"), in: tenant)
            try await JobQueue(rows).enqueue(ExportJob(exportID: export.id), about: export.id)
            return export
        }
        return Created(export.wire, at: "/api/v1/exports/\(export.id)")
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.Export>> {
        let store = ExportStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging), in: context.tenant)
        let total = try await store.count(bound: 10_001, in: context.tenant)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.requestedAt), $0.id) }
            ) { $0.wire })
    }

    func get(_ context: RequestContext, _ path: PathID<ExportID>) async throws -> OK<TenancyAPI.Export> {
        OK(try await find(path.id, context).wire)
    }

    /// The archive itself, streamed in constant memory.
    func download(_ context: RequestContext, _ path: PathID<ExportID>) async throws -> Raw {
        let rows = context.database(database)
        let export = try await find(path.id, context)
        try await RecentSignIn.check(context, rows)
        guard export.state == .ready, let end = export.expiresAt, end > .now(),
            let key = BlobKey(TenantExport.key(export.id, of: context.tenant)),
            let content = try await blobs.get(key, range: nil)
        else { throw Failure(.conflict, "The archive is not ready, or its time is over.") }
        try await AuditStore(rows: rows).append(
            context.origin().entry(.exportDownloaded, "export/\(export.id)"), in: context.tenant)
        return Raw(
            HTTPResponse(
                status: 200,
                headers: [
                    "Content-Type": "application/zip", "Cache-Control": "no-store",
                    "Content-Disposition": "attachment; filename=\"export-\(export.id).zip\"",
                ], body: content.body))
    }

    private func find(_ id: ExportID, _ context: RequestContext) async throws -> TenantExport {
        guard let export = try await ExportStore(rows: context.database(database)).find(id, in: context.tenant) else {
            throw Failure(.notFound)
        }
        return export
    }
}

extension TenantExport {
    var wire: TenancyAPI.Export {
        TenancyAPI.Export(
            id: id, state: state, requestedBy: requestedBy, requestedAt: requestedAt, finishedAt: finishedAt,
            expiresAt: expiresAt, sizeBytes: sizeBytes, sha256: sha256.map { Hex.encode($0) }, failure: failure)
    }
}
