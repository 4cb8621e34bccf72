import Jobs
import Models
import Postgres

/// Gives past calls the agent that their line has, or none when the line is gone.
struct AssignLineCallsJob: Job {
    static let kind = "assign_line_calls"
    static let options = JobOptions(concurrency: 2, perTenant: 1, timeout: .seconds(600))

    var lineID: LineID

    /// In the transaction that changes the line.
    static func enqueue(_ line: LineID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(AssignLineCallsJob(lineID: line), about: line)
    }

    /// Some calls at a time, until none is left that its line does not agree with.
    func run(_ database: Database, in tenant: TenantID) async throws {
        let rows = database.tenant(tenant)
        let lines = LineStore(rows: rows)
        guard let value = try await lines.value(of: lineID, in: tenant) else { return }
        while try await LineCallStore(rows: rows).assignSome(value) > 0 { try Task.checkCancellation() }
        try await lines.purge(lineID, in: tenant)
    }
}
