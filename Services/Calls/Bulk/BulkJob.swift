import Jobs
import JSON
import Models
import Postgres

/// Does an action upon many calls, or undoes it; each call is one transaction, so that a job that runs twice does
/// nothing twice.
struct BulkJob: Job {
    static let kind = "bulk_calls"
    static let options = JobOptions(maxAttempts: 5, concurrency: 2, perTenant: 1, timeout: .seconds(1_800))
    private static let batch = 200

    var actionID: BulkActionID
    var isUndoing: Bool

    func run(_ database: Database, in tenant: TenantID) async throws {
        let store = BulkStore(rows: database.tenant(tenant))
        guard let (kind, arguments) = try await store.arguments(of: actionID) else { return }
        let from = isUndoing ? "changed" : "waiting"
        while true {
            let items = try await store.items(of: actionID, from, limit: Self.batch)
            for item in items {
                try Task.checkCancellation()
                if isUndoing {
                    try await undo(item.call, item.before, kind, arguments, database, tenant)
                } else {
                    try await apply(item.call, kind, arguments, database, tenant)
                }
            }
            guard items.count == Self.batch else { break }
        }
        try await store.close(actionID, isUndoing ? "undone" : "done")
    }

    private func apply(
        _ call: CallID, _ kind: BulkActionKind, _ arguments: BulkArguments, _ database: Database, _ tenant: TenantID
    ) async throws {
        do {
            try await database.tenant(tenant).transaction { transaction in
                let before = try await BulkStore.state(of: call, in: transaction, tenant)
                let isChanged = try await change(call, kind, arguments, transaction, tenant)
                let kept = try before.map { try JSONText(encoding: $0) }
                try await BulkStore.settle(
                    actionID, call, isChanged ? "changed" : "skipped", before: isChanged ? kept : nil,
                    in: transaction, tenant)
            }
        } catch is Failure {
            // Gone, held, or out of reach meanwhile: the action goes on without it.
            try await database.tenant(tenant).transaction { transaction in
                try await BulkStore.settle(actionID, call, "skipped", before: nil, in: transaction, tenant)
            }
        }
    }

    /// False when the call is so already.
    private func change(
        _ call: CallID, _ kind: BulkActionKind, _ arguments: BulkArguments, _ transaction: Transaction,
        _ tenant: TenantID
    ) async throws -> Bool {
        let changes = CallChangeStore(transaction: transaction, reach: arguments.reach)
        switch kind {
        case .addTags:
            guard try await changes.isReached(call) else { throw Failure(.notFound) }
            return try await changes.addTags(arguments.tagIDs ?? [], to: call)
        case .removeTags:
            guard try await changes.isReached(call) else { throw Failure(.notFound) }
            return try await changes.removeTags(arguments.tagIDs ?? [], from: call)
        case .setDisposition:
            try await CallOutcomeStore(transaction: transaction).set(
                arguments.dispositionID, on: call, by: nil, reach: arguments.reach, in: tenant)
            return true
        case .assign: return try await changes.assign(call, to: arguments.agentID)
        case .delete: return try await changes.setInBin(call, true)
        case .restore: return try await changes.setInBin(call, false)
        case .reprocess:
            // What has failed goes on where it stood; what is done is written down and analysed once more, and words
            // without a recording are analysed.
            let reach = arguments.reach
            if try await RetryStore.retry(call, reach: reach, in: transaction, tenant) != nil { return true }
            if try await VersionStore.transcribeAgain(call, reach: reach, in: transaction, tenant) != nil {
                return true
            }
            return try await VersionStore.analyseAgain(call, reach: reach, in: transaction, tenant) != nil
        }
    }

    private func undo(
        _ call: CallID, _ before: JSONText?, _ kind: BulkActionKind, _ arguments: BulkArguments, _ database: Database,
        _ tenant: TenantID
    ) async throws {
        guard let before = try before?.decode(CallBefore.self) else { return }
        do {
            try await database.tenant(tenant).transaction { transaction in
                let changes = CallChangeStore(transaction: transaction, reach: .all)
                switch kind {
                case .addTags, .removeTags:
                    try await TagStore(rows: transaction).set(before.tagIDs, on: call, by: nil, in: tenant)
                case .setDisposition:
                    try await CallOutcomeStore(transaction: transaction).set(
                        before.dispositionID, note: before.dispositionNote, on: call, by: nil, reach: .all, in: tenant)
                case .assign: _ = try await changes.assign(call, to: before.agentID)
                case .delete, .restore: _ = try await changes.setInBin(call, before.isInBin)
                case .reprocess: break
                }
                try await BulkStore.settle(actionID, call, "undone", before: nil, in: transaction, tenant)
            }
        } catch is Failure {
            // Removed for good meanwhile, or its disposition retired: there is nothing to go back to.
            try await database.tenant(tenant).transaction { transaction in
                try await BulkStore.settle(actionID, call, "skipped", before: nil, in: transaction, tenant)
            }
        }
    }
}
