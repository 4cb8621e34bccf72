import BlobStore
import JSON
import Jobs
import Models
import Postgres

/// Makes calls of the rows of an import, or takes them away again.
struct CallImportJob: Job {
    static let kind = "import_calls"
    static let options = JobOptions(
        maxAttempts: 10, concurrency: 2, perTenant: 1, timeout: .seconds(3 * 3_600),
        backoff: JobBackoff(first: .seconds(5), longest: .seconds(300)))

    var importID: CallImportID
    var isUndone: Bool
}

/// What an import does: history is written down, and nobody is told, called or charged because of it.
struct CallImporting: Sendable {
    private static let bound = 200

    let database: Database
    let blobs: any BlobStore
    let knowledge: any TenantKnowledge

    func run(_ job: CallImportJob, in tenant: TenantID) async throws {
        if job.isUndone { try await undo(job.importID, in: tenant) } else { try await add(job.importID, in: tenant) }
    }

    private func add(_ id: CallImportID, in tenant: TenantID) async throws {
        let country = knowledge.tenant(tenant)?.country ?? "US"
        while true {
            let count = try await database.tenant(tenant).transaction { transaction in
                let store = CallImportStore(rows: transaction, tenant: tenant)
                guard let source = try await store.source(of: id) else { return 0 }
                let rows = try await store.waiting(id, limit: Self.bound)
                guard !rows.isEmpty else {
                    _ = try await store.move(id, from: ["running"], to: "done")
                    return 0
                }
                let statements = rows.map {
                    CallStore.insertion(of: $0.call.draft(source: source, country: country), in: tenant)
                }
                let results = try await transaction.batch(statements)
                var made: [(number: Int, call: CallID?)] = []
                for (row, result) in zip(rows, results) {
                    let calls = try result.map { reader in try Call(row: &reader) }
                    made.append((row.number, calls.first?.id))
                }
                try await store.settle(id, made)
                return rows.count
            }
            guard count > 0 else { return }
            try Task.checkCancellation()
        }
    }

    /// Removes the calls that the import has made, with everything that hangs on them; what is held stays.
    private func undo(_ id: CallImportID, in tenant: TenantID) async throws {
        let rows = database.tenant(tenant)
        while let gone = try await CallImportRemovalStore(rows: rows).removeSome(of: id) {
            for case let recording? in gone {
                for variant in BlobKey.Variant.allCases {
                    try await blobs.delete(BlobKey(tenant: tenant, recording: recording, variant))
                }
            }
            try Task.checkCancellation()
        }
        _ = try await CallImportStore(rows: rows, tenant: tenant).move(id, from: ["undoing"], to: "undone")
    }
}

/// Takes back what an import has made.
struct CallImportRemovalStore {
    let rows: TenantDatabase

    func removeSome(of id: CallImportID) async throws -> [RecordingID?]? {
        let tenant = rows.tenant
        return try await CallRemovalStore(rows: rows).remove(
            """
            chosen AS (
                SELECT r.number, r.call_id FROM call_import_rows AS r
                JOIN calls ON calls.tenant_id = r.tenant_id AND calls.id = r.call_id AND NOT calls.legal_hold
                WHERE r.tenant_id = \(tenant) AND r.import_id = \(id) AND r.state = 'created'
                ORDER BY r.number LIMIT 200
            ), taken AS (
                UPDATE call_import_rows AS r SET state = 'undone', call_id = NULL FROM chosen
                WHERE r.tenant_id = \(tenant) AND r.import_id = \(id) AND r.number = chosen.number
            ), gone AS (
                DELETE FROM calls USING chosen WHERE calls.tenant_id = \(tenant) AND calls.id = chosen.call_id
                RETURNING calls.id, calls.started_at
            ), marked AS (
                INSERT INTO call_rollup_marks (tenant_id, id, bucket_at)
                SELECT \(tenant), gen_random_uuid(), bucket FROM (
                    SELECT DISTINCT date_bin('15 minutes', started_at, 'epoch') AS bucket FROM gone) AS counted
            )
            """, keepsImportRows: true)
    }
}
