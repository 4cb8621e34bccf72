import Jobs
import Models
import Postgres
import Telemetry

/// Removes decisions and proofs of consent that are older than their tenants keep them.
struct RetainDecisionsJob: Job {
    static let kind = "retain_decisions"
}

/// What tenants' settings say of how long decisions and proofs are kept, done; and counts of the public form that are over.
struct DecisionRetention: Sendable {
    private static let day = Duration.seconds(86_400)

    let database: Database
    let knowledge: any TenantKnowledge
    let logger: Logger

    func run(now: Timestamp = .now()) async throws {
        for tenant in try await DecisionRetentionStore.tenants(in: database) {
            let settings = knowledge.effectiveSettings(of: tenant)
            let rows = database.tenant(tenant)
            let store = DecisionRetentionStore(rows: rows)
            var (decisions, proofs) = (0, 0)
            let days = settings[Settings.decisionRetentionDays]
            // 0 keeps them for ever.
            if days > 0 {
                let instant = now - Self.day * days
                while case let count = try await store.removeDecisions(before: instant), count > 0 {
                    decisions += count
                }
            }
            let instant = now - Self.day * settings[Settings.consentProofDays]
            while case let count = try await store.removeProofs(before: instant), count > 0 { proofs += count }
            try await ConsentFormStore.prune(before: now, in: tenant, rows)
            guard decisions + proofs > 0 else { continue }
            logger.info(
                "Decisions and proofs that are not kept any longer were removed",
                [
                    .string("tenant_id", tenant.description), .int("decisions", decisions), .int("proofs", proofs),
                ])
        }
    }
}
