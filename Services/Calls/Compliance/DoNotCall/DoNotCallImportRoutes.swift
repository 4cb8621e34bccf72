import Auth
import Models
import Postgres
import Web

/// Files of numbers that are put on a do-not-call list.
struct DoNotCallImportRoutes: Sendable {
    /// How many rows one transaction takes: parsing as many numbers holds the loop up for a few milliseconds.
    private static let portion = 200
    private static let mostRows = 1_000_000
    /// The largest file.
    static let sizeLimit = 128 << 20

    let database: Database
    let list: DoNotCallList

    /// `POST .../imports`: the file is read as it arrives, and the same one again changes nothing.
    func create(_ context: RequestContext, _ body: RawBody) async throws -> Created<CallsAPI.DoNotCallImport> {
        try context.requireLive()
        let rows = context.database(database)
        let user = context.principal?.user?.userID
        let id = try await DoNotCallImportStore.begin(by: user, in: context.tenant, rows)
        var reader = CSVReader()
        var work = Work(file: DoNotCallFile(country: context.country))
        while let bytes = try await body.next() {
            work.waiting += reader.take(bytes)
            try await work.run(Self.portion) { try await take($0, id, user, context.tenant, rows) }
        }
        work.waiting += reader.finish()
        try await work.run(1) { try await take($0, id, user, context.tenant, rows) }
        try await DoNotCallImportStore.finish(id, in: context.tenant, rows)
        guard let done = try await DoNotCallImportStore.find(id, in: context.tenant, rows) else {
            throw Failure(.internal)
        }
        return Created(done, at: "/api/v1/consent/do-not-call/imports/\(id)", version: nil)
    }

    /// The rows that have arrived and are not yet on the list.
    private struct Work {
        var file: DoNotCallFile
        var waiting: [CSVReader.Row] = []
        var count = 0

        /// Hands portions over for as long as at least so many rows wait.
        mutating func run(_ least: Int, _ take: (Portion) async throws -> Void) async throws {
            while waiting.count >= least, !waiting.isEmpty {
                let rows = waiting.prefix(portion)
                waiting.removeFirst(rows.count)
                count += rows.count
                guard count <= mostRows else {
                    throw Failure(.bodyTooLarge, "At most \(mostRows) rows; what came before is on the list.")
                }
                try await take(Portion(Array(rows), &file))
            }
        }
    }

    /// Some rows, read.
    struct Portion: Sendable {
        var wanted: [DoNotCallList.Wanted] = []
        var faults: [(line: Int, fault: DoNotCallFile.Fault)] = []

        init(_ rows: [CSVReader.Row], _ file: inout DoNotCallFile) {
            var seen: Set<ContactSubject> = []
            for row in rows {
                guard let cells = row.cells else {
                    faults.append((row.line, .tooLong))
                    continue
                }
                switch file.read(cells) {
                case .success(let one) where seen.insert(one.subject).inserted: wanted.append(one)
                case .success: faults.append((row.line, .repeated))
                case .failure(let error): faults.append((row.line, error.fault))
                case nil: break
                }
            }
        }
    }

    private func take(
        _ portion: Portion, _ id: DoNotCallImportID, _ user: UserID?, _ tenant: TenantID, _ rows: TenantDatabase
    ) async throws {
        try await rows.transaction { transaction in
            let done = try await list.add(portion.wanted, source: "import", by: user, in: transaction, tenant)
            try await DoNotCallImportStore.count(
                id, portion, added: done.added, cancelled: done.cancelled, in: tenant, transaction)
        }
    }

    func list(
        _ context: RequestContext, _ paging: Paging<ConsentSort>
    ) async throws -> OK<Page<CallsAPI.DoNotCallImport>> {
        let page = try await DoNotCallImportStore.page(
            RowOrderStore(paging), in: context.tenant, context.database(database))
        return OK(
            paging.page(
                page.rows, total: page.total, totalIsExact: true,
                position: { CursorPosition(.timestamp($0.createdAt), $0.id) }
            ) { $0 })
    }

    func get(_ context: RequestContext, _ path: PathID<DoNotCallImportID>) async throws -> OK<CallsAPI.DoNotCallImport>
    {
        let found = try await DoNotCallImportStore.find(path.id, in: context.tenant, context.database(database))
        guard let found else { throw Failure(.notFound) }
        return OK(found)
    }

    /// The report: each row that was passed over, by its line.
    func report(_ context: RequestContext, _ path: PathID<DoNotCallImportID>) async throws -> Raw {
        let rows = context.database(database)
        let (tenant, id) = (context.tenant, path.id)
        guard try await DoNotCallImportStore.find(id, in: tenant, rows) != nil else { throw Failure(.notFound) }
        return CSVExport.answer("import", head: ["line", "code", "detail"]) { after, limit in
            try await DoNotCallImportStore.rows(of: id, after: after?.int ?? 0, limit: limit, in: tenant, rows).map {
                row in (CursorPosition(.int(Int64(row.line)), id), ["\(row.line)", row.code, row.detail])
            }
        }
    }
}
