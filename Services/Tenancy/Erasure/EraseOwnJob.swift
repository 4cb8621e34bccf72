import BlobStore
import Crypto
import Jobs
import LifeCycle
import Models
import Postgres

/// Erases what tenancy itself has of a person or a tenant.
struct EraseOwnJob: Job {
    static let kind = "erase_own"

    var erasureID: ErasureID
}

/// Asks again those services that have not answered, and begins with tenants whose grace period is over.
struct PursueErasuresJob: Job {
    static let kind = "pursue_erasures"
}

/// Runs tenancy's part in erasures.
struct ErasurePursuit: Sendable {
    private static let perRound: Int32 = 200

    let database: Database
    let secrets: SecretBox?
    /// Where tenants' archives lie.
    let blobs: any BlobStore
    let journal: ErasureJournal

    /// What only tenancy knows how to erase.
    ///
    /// Archives go as a whole: somebody is in them, and they can be made again.
    static func steps(_ blobs: any BlobStore) -> ErasureSteps {
        ErasureSteps(
            person: { erasure, pattern, rows in
                var outcome = try await PersonErasureStore(database: rows).erase(erasure, pattern)
                outcome.erased["exports"] = try await TenantExporting.removeAll(of: rows, blobs)
                return outcome
            },
            tenant: { rows in
                let archives = try await TenantExporting.removeAll(of: rows, blobs)
                var outcome = try await TenantErasureStore(rows: rows).erase()
                outcome.erased["exports"] = archives
                return outcome
            })
    }

    func run(_ run: JobRun, _ job: EraseOwnJob) async throws {
        let owner = database.tenant(run.tenant)
        guard let (erasure, target) = try await ErasureLifeStore(database: owner, secrets: secrets).find(job.erasureID),
            erasure.isOwnTurn
        else { return }
        // Before anything of tenancy is gone, and so before the erasure can be over.
        if let secrets { try await journal.append(JournalEntry(erasure, target, secrets)) }
        let erasing = Erasing(database: database, steps: Self.steps(blobs))
        let receipt = try await erasing.erase(target.erasure(erasure))
        try await owner.transaction { rows in
            try await run.finish(in: rows)
            try await ErasureLifeStore.take(receipt, from: .tenancy, in: rows)
            if erasure.kind == .tenant { try await TenantErasureStore.tellGone(erasure.erasedTenant, in: rows) }
        }
    }

    /// What is to be done again and again.
    func pursue(now: Timestamp = .now()) async throws {
        let platform = database.tenant(.platform)
        for tenant in try await ErasureRequestStore.dueTenants(limit: Self.perRound, in: platform) {
            _ = try await ErasureLifeStore(database: platform, secrets: secrets).begin(
                .tenant, of: tenant, ErasureTarget(phoneNumbers: [], emails: []), by: nil,
                origin: Origin(actor: .service(.tenancy)))
        }
        let overdue = try await ErasureRequestStore.overdue(
            before: now - Erasure.patience, limit: Self.perRound, in: platform)
        for (owner, id) in overdue {
            try await ErasureLifeStore(database: database.tenant(owner), secrets: secrets).repeatAsking(id)
        }
    }
}
