import Archive
import Clients
import HTTP
import HTTPClient
import JSON
import LifeCycle
import Models
import Postgres

/// Reads all that the services have of a tenant, or of one person in it, and writes it as a zip archive, piece by piece.
///
/// `<service>/<table>.ndjson` for rows, `<service>/files/<key>` for files, and `manifest.json` with the counts at the end.
struct TenantArchive: Sendable {
    /// How much is gathered before it goes on.
    private static let pieceSize = 65_536
    /// How long a service may take to begin.
    private static let patience = Duration.seconds(60)

    let database: Database
    let tenant: TenantID
    /// Nil for all that the tenant has.
    var person: InternalAPI.ExportedPerson?
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

    /// Writes everything; what each service has given.
    func write() async throws -> [TenancyAPI.ExportReceipt] {
        let zip = try ZipWriter()
        let now = Timestamp.now()
        var receipts = [TenancyAPI.ExportReceipt(service: .tenancy, rows: [:], files: 0)]
        let pattern = person.flatMap(PersonPattern.make)
        // Without a pattern a person's archive would be the tenant's.
        guard person == nil || pattern != nil else { throw Failure(.internal) }
        for table in TenantExport.tables {
            try zip.begin("tenancy/\(table.name).ndjson", modifiedAt: now.seconds)
            var count = 0
            try await TableExportStore(database.tenant(tenant)).read(table, naming: pattern) { lines in
                count += lines.count { $0 == 0x0a }
                try await add(lines, zip)
            }
            receipts[0].rows[table.name] = count
        }
        for service in ServiceName.allCases where service != .tenancy {
            receipts.append(try await add(service, zip, now))
        }
        var manifest = Manifest(tenantID: tenant, exportedAt: now, rows: [:], files: 0)
        for receipt in receipts {
            for (table, count) in receipt.rows { manifest.rows["\(receipt.service.rawValue)/\(table)"] = count }
            manifest.files += receipt.files
        }
        try zip.begin("manifest.json", modifiedAt: now.seconds)
        try zip.write(JSON.encode(manifest))
        try zip.finish()
        try await pipe.write(zip.take())
        return receipts
    }

    private func add(_ service: ServiceName, _ zip: ZipWriter, _ now: Timestamp) async throws
        -> TenancyAPI.ExportReceipt
    {
        let client = clients(service)
        var receipt = TenancyAPI.ExportReceipt(service: service, rows: [:], files: 0)
        let contents = try await client.get("/internal/export", as: InternalAPI.ExportContents.self, scope: scope)
        for table in contents.tables {
            try zip.begin("\(service.rawValue)/\(table).ndjson", modifiedAt: now.seconds)
            receipt.rows[table] = try await add(rows(of: table, client), zip)
        }
        guard contents.hasFiles else { return receipt }
        func addFiles(_ keys: [String]) async throws {
            for key in keys {
                try zip.begin("\(service.rawValue)/files/\(key)", modifiedAt: now.seconds, isPacked: true)
                _ = try await add(client.open("/internal/export/file?key=\(key)", scope: scope), zip)
                receipt.files += 1
            }
        }
        if let person {
            let found = try await client.send(
                .post, "/internal/export/person/files", person, as: InternalAPI.ExportFiles.self, scope: scope)
            try await addFiles(found.keys)
            return receipt
        }
        var after: String?
        repeat {
            let query = after.map { "?after=\($0)" } ?? ""
            let page = try await client.get(
                "/internal/export/files\(query)", as: InternalAPI.ExportFiles.self, scope: scope)
            try await addFiles(page.keys)
            after = page.next
        } while after != nil
        return receipt
    }

    private func rows(of table: String, _ client: ServiceClient) async throws -> HTTPBody {
        guard var person else { return try await client.open("/internal/export/tables/\(table)", scope: scope) }
        person.table = table
        return try await client.open(.post, "/internal/export/person/rows", person, scope: scope)
    }

    /// Streams an answer into the entry that was begun; how many lines it had.
    private func add(_ body: HTTPBody, _ zip: ZipWriter) async throws -> Int {
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
