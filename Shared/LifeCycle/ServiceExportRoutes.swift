package import BlobStore
import HTTP
import Models
package import Postgres
package import Web

/// What a service gives out of a tenant for its archive: to tenancy alone, which puts the archive together.
package struct ServiceExportRoutes: Sendable {
    private static let filesPerPage = 500

    private let database: Database
    private let tables: [ExportedTable]
    private let blobs: (any BlobStore)?

    package init(database: Database, tables: [ExportedTable], blobs: (any BlobStore)? = nil) {
        self.database = database
        self.tables = tables
        self.blobs = blobs
    }

    /// The routes for the service's internal table.
    package var routes: [Route] {
        [
            .get(
                "/internal/export", "list_export", .service(.exportRead), "What there is of a tenant to export",
                contents),
            .get(
                "/internal/export/tables/{name}", "export_table", .service(.exportRead), "The tenant's rows of a table",
                table),
            .get(
                "/internal/export/files", "list_export_files", .service(.exportRead), "The names of a tenant's files",
                files),
            .get("/internal/export/file", "export_file", .service(.exportRead), "A file of the tenant", file),
        ]
    }

    private func contents(_ context: RequestContext) async throws -> OK<InternalAPI.ExportContents> {
        OK(InternalAPI.ExportContents(tables: tables.map(\.name), hasFiles: blobs != nil))
    }

    /// Which table.
    struct TablePath: Decodable, Sendable {
        var name: String
    }

    private func table(_ context: RequestContext, _ path: Path<TablePath>) async throws -> Raw {
        guard let table = tables.first(where: { $0.name == path.value.name }) else { throw Failure(.notFound) }
        let store = TableExportStore(context.database(database))
        return Raw(
            HTTPResponse(
                status: 200, headers: ["Content-Type": "application/x-ndjson", "Cache-Control": "no-store"],
                body: .stream(length: nil) { writer in try await store.read(table) { try await writer.write($0) } }))
    }

    /// Where a page begins.
    struct FilesQuery: Codable, Sendable {
        var after: String?
    }

    private func files(
        _ context: RequestContext, _ query: Query<FilesQuery>
    ) async throws -> OK<InternalAPI.ExportFiles> {
        guard let blobs else { return OK(InternalAPI.ExportFiles(keys: [], next: nil)) }
        // Keys begin with the tenant's id, and the store's order is theirs: the tenant's stand together.
        let start = query.value.after ?? context.tenant.description
        guard let after = BlobKey(start) else { throw Failure(.badRequest) }
        let page = try await blobs.list(after: after, limit: Self.filesPerPage)
        let own = page.prefix { $0.key.tenant == context.tenant }
        let isLast = own.count < page.count || page.count < Self.filesPerPage
        return OK(
            InternalAPI.ExportFiles(
                keys: own.map(\.key.description), next: isLast ? nil : own.last?.key.description))
    }

    /// Which file.
    struct FileQuery: Codable, Sendable {
        var key: String
    }

    private func file(_ context: RequestContext, _ query: Query<FileQuery>) async throws -> Raw {
        guard let key = BlobKey(query.value.key), key.tenant == context.tenant,
            let content = try await blobs?.get(key, range: nil)
        else { throw Failure(.notFound) }
        return Raw(
            HTTPResponse(status: 200, headers: ["Content-Type": "application/octet-stream"], body: content.body))
    }
}
