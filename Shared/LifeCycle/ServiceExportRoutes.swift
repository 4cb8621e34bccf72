package import BlobStore
package import HTTP
package import Models
package import Postgres
package import Web

/// What a service gives out of a tenant for its archive: to tenancy alone, which puts the archive together.
package struct ServiceExportRoutes: Sendable {
    /// Names the files of which a person is part; the pattern finds them in any text.
    package typealias PersonFiles =
        @Sendable (InternalAPI.ExportedPerson, String, TenantDatabase) async throws -> [BlobKey]

    private static let filesPerPage = 500

    private let database: Database
    private let tables: [ExportedTable]
    private let blobs: (any BlobStore)?
    private let personFiles: PersonFiles

    package init(
        database: Database, tables: [ExportedTable], blobs: (any BlobStore)? = nil,
        personFiles: @escaping PersonFiles = { _, _, _ in [] }
    ) {
        self.personFiles = personFiles
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
            .get(
                "/internal/export/texts", "export_texts", .service(.exportRead),
                "All rows of the tenant in which somebody can be named, by the catalogue", texts),
            .get("/internal/export/file", "export_file", .service(.exportRead), "A file of the tenant", file),
            .post(
                "/internal/export/person/rows", "export_person_rows", .service(.exportRead),
                "The rows of a table that are about somebody", personRows),
            .post(
                "/internal/export/person/files", "list_person_files", .service(.exportRead),
                "The names of the files that somebody is part of", personFileNames),
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
        try rows(path.value.name, naming: nil, context)
    }

    private func personRows(_ context: RequestContext, _ body: Body<InternalAPI.ExportedPerson>) async throws -> Raw {
        guard let table = body.value.table, let pattern = PersonPattern.make(of: body.value) else {
            throw Failure(.badRequest)
        }
        return try rows(table, naming: pattern, context)
    }

    private func rows(_ name: String, naming pattern: String?, _ context: RequestContext) throws -> Raw {
        guard let table = tables.first(where: { $0.name == name }) else { throw Failure(.notFound) }
        let store = TableExportStore(context.database(database))
        return Raw(.lines { writer in try await store.read(table, naming: pattern) { try await writer.write($0) } })
    }

    /// What whoever looks for a person by digests has to read, whom no archive may name any more.
    private func texts(_ context: RequestContext) async throws -> Raw {
        let store = TableExportStore(context.database(database))
        return Raw(.lines { writer in try await store.readTexts { try await writer.write($0) } })
    }

    private func personFileNames(
        _ context: RequestContext, _ body: Body<InternalAPI.ExportedPerson>
    ) async throws -> OK<InternalAPI.ExportFiles> {
        guard let pattern = PersonPattern.make(of: body.value) else { throw Failure(.badRequest) }
        let keys = try await personFiles(body.value, pattern, context.database(database))
        var found: [String] = []
        for key in keys where try await blobs?.size(of: key) != nil { found.append(key.description) }
        return OK(InternalAPI.ExportFiles(keys: found, next: nil))
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

extension HTTPResponse {
    /// JSON objects, one a line, written as they are read.
    package static func lines(_ write: @escaping @Sendable (HTTPBodyWriter) async throws -> Void) -> HTTPResponse {
        HTTPResponse(
            status: 200, headers: ["Content-Type": "application/x-ndjson", "Cache-Control": "no-store"],
            body: .stream(length: nil, write))
    }
}
