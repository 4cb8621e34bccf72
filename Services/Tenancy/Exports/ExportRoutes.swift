import Auth
import BlobStore
import Crypto
import HTTP
import Jobs
import JSON
import Models
import Postgres
import Web

/// Archives of all that a tenant has, for its owner, and of all that there is about a person, for whoever answers them.
struct ExportRoutes: Sendable {
    let database: Database
    let blobs: any BlobStore
    let secrets: SecretBox?

    enum Order: String, SortKey {
        case requestedAt = "requested_at"

        static var standard: Sort<Order> { .descending(.requestedAt) }
    }

    func create(_ context: RequestContext) async throws -> Created<TenancyAPI.Export> {
        try await create(.tenant, context, refusal: "An archive is being made already.") { id, user, store in
            try await store.create(id, by: user, in: context.tenant)
        }
    }

    func createOfPerson(
        _ context: RequestContext, _ body: Body<TenancyAPI.CreatePersonExport>
    ) async throws -> Created<TenancyAPI.Export> {
        let target = try ErasureTarget(email: body.value.email, phoneNumber: body.value.phoneNumber, context)
        guard let secrets else { throw Failure(.internal) }
        return try await create(.person, context, refusal: "As many archives are being made as may be.") {
            id, user, store in
            let sealed = try secrets.seal(JSON.encode(target), at: TenantExport.place(id, of: context.tenant))
            return try await store.create(id, of: sealed, by: user, in: context.tenant)
        }
    }

    private func create(
        _ kind: ExportKind, _ context: RequestContext, refusal: String,
        _ make: (ExportID, UserID, ExportStore) async throws -> TenantExport?
    ) async throws -> Created<TenancyAPI.Export> {
        let rows = context.database(database)
        try await RecentSignIn.check(context, rows)
        let (tenant, user, origin) = (context.tenant, try context.user.userID, try context.origin())
        try await blobs.checkRoom(for: 0)
        let export = try await rows.transaction { rows in
            guard let export = try await make(.make(), user, ExportStore(rows: rows)) else {
                throw Failure(.conflict, refusal)
            }
            try await AuditStore(rows: rows).append(
                origin.entry(
                    .exportRequested, "export/\(export.id)", after: try JSONText(encoding: ["kind": kind.rawValue])),
                in: tenant)
            try await JobQueue(rows).enqueue(ExportJob(exportID: export.id), about: export.id)
            return export
        }
        let area = tenant == .platform ? "platform/exports" : "exports"
        return Created(export.wire, at: "/api/v1/\(area)/\(export.id)")
    }

    /// Whoever may not have the whole tenant sees archives of people alone.
    private func kinds(_ context: RequestContext) -> [ExportKind] {
        context.has(.tenantExport) ? ExportKind.allCases : [.person]
    }

    func list(_ context: RequestContext, _ paging: Paging<Order>) async throws -> OK<Page<TenancyAPI.Export>> {
        let store = ExportStore(rows: context.database(database))
        let found = try await store.list(RowPage(paging), kinds(context), in: context.tenant)
        let total = try await store.count(kinds(context), bound: 10_001, in: context.tenant)
        return OK(
            paging.page(
                found, total: min(total, 10_000), totalIsExact: total <= 10_000,
                position: { CursorPosition(.timestamp($0.requestedAt), $0.id) }
            ) { $0.wire })
    }

    func get(_ context: RequestContext, _ path: PathID<ExportID>) async throws -> OK<TenancyAPI.Export> {
        OK(try await find(path.id, context).wire)
    }

    /// The archive itself or a part of it, streamed in constant memory.
    func download(
        _ context: RequestContext, _ path: PathID<ExportID>, _ request: RequestHeaders
    ) async throws -> Raw {
        let rows = context.database(database)
        let export = try await find(path.id, context)
        try await RecentSignIn.check(context, rows)
        guard export.state == .ready, let end = export.expiresAt, end > .now(), let size = export.sizeBytes,
            let digest = export.sha256, let key = BlobKey(TenantExport.key(export.id, of: context.tenant))
        else { throw Failure(.conflict, Self.gone) }
        let etag = "\"\(Hex.encode(digest))\""
        var headers: HTTPHeaders = [
            "Content-Type": "application/zip", "Cache-Control": "no-store", "Accept-Ranges": "bytes", "ETag": etag,
            "Content-Disposition": "attachment; filename=\"export-\(export.id).zip\"",
        ]
        let range = ByteRange(headers: request.headers, length: size, etag: etag)
        if let part = range.contentRange(of: size) { headers.set("Content-Range", part) }
        if case .unsatisfiable = range { return Raw(HTTPResponse(status: 416, headers: headers)) }
        guard let content = try await blobs.get(key, range: range.bytes(of: size)) else {
            throw Failure(.conflict, Self.gone)
        }
        try await AuditStore(rows: rows).append(
            context.origin().entry(.exportDownloaded, "export/\(export.id)"), in: context.tenant)
        return Raw(HTTPResponse(status: range.status, headers: headers, body: content.body))
    }

    private static let gone = "The archive is not ready, or its time is over."

    private func find(_ id: ExportID, _ context: RequestContext) async throws -> TenantExport {
        guard let export = try await ExportStore(rows: context.database(database)).find(id, in: context.tenant),
            kinds(context).contains(export.kind)
        else { throw Failure(.notFound) }
        return export
    }
}
