import Auth
import IO
import Jobs
import JSON
import Models
import Postgres
import Web

/// Bringing in past calls: a file is looked at, then imported when somebody says so, and undone whole.
struct CallImportRoutes: Sendable {
    private static let rowsPerStatement = 1_000
    private static let rowsPerPage = 500

    struct Wanted: Codable, Sendable {
        /// Where the calls come from; ids are unique within it.
        var source: String?
    }

    struct Report: Codable, Sendable {
        var state: String?
        /// The number of the last row that was seen.
        var after: Int?
    }

    let database: Database
    let pricing: EnginePricing

    /// Reads a file and tells what would become of it; nothing is imported yet.
    func preview(
        _ context: RequestContext, _ query: Query<Wanted>, _ body: RawBody
    ) async throws -> Created<CallsAPI.Import> {
        let source = "import:\(query.value.source ?? "file")"
        guard source.utf8.count <= 60, source.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Failure(
                .invalidQuery,
                errors: [FieldError(pointer: "query/source", code: "invalid_format", detail: "a short word expected")])
        }
        var bytes: [UInt8] = []
        while let piece = try await body.next() {
            bytes += piece
            guard bytes.count <= ImportFile.sizeLimit else { throw Failure(.bodyTooLarge) }
        }
        let (file, isCSV) = (bytes, body.contentType == "text/csv")
        // Reading takes seconds; the loop has others to serve.
        let read = try await WorkerPool.files.run { try ImportFile.rows(of: file, isCSV: isCSV, now: .now()) }
        let numbered = Array(zip(1..., read).map { (number: $0, row: $1) })
        let id = CallImportID.make()
        let made = try await context.database(database).transaction { transaction in
            let store = CallImportStore(rows: transaction, tenant: context.tenant)
            try await store.create(id, source: source, by: context.principal?.user?.userID)
            for start in stride(from: 0, to: numbered.count, by: Self.rowsPerStatement) {
                let end = min(start + Self.rowsPerStatement, numbered.count)
                try await store.add(numbered[start..<end], to: id, source: source)
            }
            return try await store.list(id, cost: cost(context)).first
        }
        guard let made else { throw Failure(.internal) }
        return Created(made, at: "/api/v1/calls/imports/\(id)")
    }

    func list(_ context: RequestContext) async throws -> OK<CallsAPI.Imports> {
        let store = CallImportStore(rows: context.database(database), tenant: context.tenant)
        return OK(CallsAPI.Imports(data: try await store.list(cost: cost(context))))
    }

    func get(_ context: RequestContext, _ path: PathID<CallImportID>) async throws -> OK<CallsAPI.Import> {
        OK(try await find(path.id, context))
    }

    func report(
        _ context: RequestContext, _ path: PathID<CallImportID>, _ query: Query<Report>
    ) async throws -> OK<CallsAPI.ImportRows> {
        _ = try await find(path.id, context)
        let store = CallImportStore(rows: context.database(database), tenant: context.tenant)
        let found = try await store.report(
            path.id, after: max(0, min(query.value.after ?? 0, Int(Int32.max) - 1)), state: query.value.state,
            limit: Self.rowsPerPage)
        return OK(CallsAPI.ImportRows(data: found, next: found.count == Self.rowsPerPage ? found.last?.number : nil))
    }

    func start(_ context: RequestContext, _ path: PathID<CallImportID>) async throws -> Accepted<CallsAPI.Import> {
        try await move(path.id, from: ["preview"], to: "running", isUndone: false, context)
    }

    func undo(_ context: RequestContext, _ path: PathID<CallImportID>) async throws -> Accepted<CallsAPI.Import> {
        try await move(path.id, from: ["preview", "running", "done"], to: "undoing", isUndone: true, context)
    }

    private func move(
        _ id: CallImportID, from: [String], to state: String, isUndone: Bool, _ context: RequestContext
    ) async throws -> Accepted<CallsAPI.Import> {
        _ = try await find(id, context)
        try await context.database(database).transaction { transaction in
            let store = CallImportStore(rows: transaction, tenant: context.tenant)
            guard try await store.move(id, from: from, to: state) else {
                throw Failure(.conflict, "The import is not in a state that allows this.")
            }
            try await JobQueue(transaction).enqueue(CallImportJob(importID: id, isUndone: isUndone), about: id)
        }
        return Accepted(try await find(id, context))
    }

    /// What engines would take for calls of the tenant, were they all written down and analysed.
    private func cost(_ context: RequestContext) -> @Sendable (Int, Double) -> Int64 {
        let gate = StageGate(costs: CostStore(database: database), knowledge: context.knowledge)
        let (pricing, work) = (pricing, gate.work(Set(UsageStage.allCases), of: context.tenant))
        return { calls, seconds in pricing.estimate(work, calls: calls, seconds: seconds).micros }
    }

    private func find(_ id: CallImportID, _ context: RequestContext) async throws -> CallsAPI.Import {
        let store = CallImportStore(rows: context.database(database), tenant: context.tenant)
        guard let found = try await store.list(id, cost: cost(context)).first else { throw Failure(.notFound) }
        return found
    }
}
