import Models
import Postgres

/// The ends of calls that are kept back, each in a job that waits.
struct HeldEndStore {
    let rows: any SQLExecutor
    let tenant: TenantID

    /// Takes the job of a call; false when there is none, or it runs and sees what is now.
    func take(_ call: CallID) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM jobs WHERE tenant_id = \(tenant) AND kind = \(SettleEndJob.kind) AND subject_id = \(call)
              AND state = 'waiting'
            """) > 0
    }
}
