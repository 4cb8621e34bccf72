import Archive
import Clients
import HTTP
import HTTPClient
import JSON
import LifeCycle
import Models
import Postgres

/// Reads all that the services have of a tenant and writes it as a zip archive, piece by piece.
///
/// `<service>/<table>.ndjson` for rows, `<service>/files/<key>` for files, and `manifest.json` with the counts at the end.
struct TenantArchive: Sendable {
    /// How much is gathered before it goes on.
    private static let pieceSize = 65_536
    /// How long a service may take to begin.
    private static let patience = Duration.seconds(60)

    let database: Database
    let tenant: TenantID
    let clients: @Sendable (ServiceName) -> ServiceClient
    let pipe: BytePipe

    /// What the archive holds, as its last entry says.
    struct Manifest: Codable, Sendable {
        var tenantID: TenantID
        var exportedAt: Timestamp
        var rows: [String: Int]
        var files: Int
    }

    private var scope: ServiceClient.Scope { ServiceClient.Scope(tenant: tenant, deadline: Self.patience) }

    func write() async throws {
        let zip = try ZipWriter()
        let now = Timestamp.now()
        var manifest = Manifest(tenantID: tenant, exportedAt: now, rows: [:], files: 0)
        for table in TenantExport.tables {
            let name = "tenancy/\(table.name)"
            try zip.begin("\(name).ndjson", modifiedAt: now.seconds)
            var count = 0
            try await TableExportStore(database.tenant(tenant)).read(table) { lines in
                count += lines.count { $0 == 0x0a }
                try await add(lines, zip)
            }
            manifest.rows[name] = count
        }
        for service in ServiceName.services where service != .tenancy {
            try await add(service, zip, now, &manifest)
        }
        try zip.begin("manifest.json", modifiedAt: now.seconds)
        try zip.write(JSON.encode(manifest))
        try zip.finish()
        try await pipe.write(zip.take())
    }

    private func add(
        _ service: ServiceName, _ zip: ZipWriter, _ now: Timestamp, _ manifest: inout Manifest
    ) async throws {
        let client = clients(service)
        let contents = try await client.get("/internal/export", as: InternalAPI.ExportContents.self, scope: scope)
        for table in contents.tables {
            let name = "\(service.rawValue)/\(table)"
            try zip.begin("\(name).ndjson", modifiedAt: now.seconds)
            manifest.rows[name] = try await add(client, "/internal/export/tables/\(table)", zip)
        }
        guard contents.hasFiles else { return }
        var after: String?
        repeat {
            let query = after.map { "?after=\($0)" } ?? ""
            let page = try await client.get(
                "/internal/export/files\(query)", as: InternalAPI.ExportFiles.self, scope: scope)
            for key in page.keys {
                try zip.begin("\(service.rawValue)/files/\(key)", modifiedAt: now.seconds, isPacked: true)
                _ = try await add(client, "/internal/export/file?key=\(key)", zip)
                manifest.files += 1
            }
            after = page.next
        } while after != nil
    }

    /// Streams an answer into the entry that was begun; how many lines it had.
    private func add(_ client: ServiceClient, _ target: String, _ zip: ZipWriter) async throws -> Int {
        let body = try await client.open(target, scope: scope)
        var lines = 0
        while let piece = try await body.next() {
            lines += piece.count { $0 == 0x0a }
            try await add(piece, zip)
        }
        return lines
    }

    private func add(_ bytes: [UInt8], _ zip: ZipWriter) async throws {
        try zip.write(bytes)
        guard zip.ready >= Self.pieceSize else { return }
        try await pipe.write(zip.take())
    }
}
