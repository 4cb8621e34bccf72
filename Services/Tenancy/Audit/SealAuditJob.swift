import Crypto
import Jobs
import Models
import Postgres
import Telemetry

/// Puts the rows that were written since into the chain.
struct SealAuditJob: Job {
    static let kind = "seal_audit"
}

/// Removes sealed rows that are older than their tenants keep them.
struct PruneAuditJob: Job {
    static let kind = "prune_audit"
}

/// Makes and checks the chains of audit logs.
struct AuditSealing: Sendable {
    private static let tenantsPerRound: Int32 = 500

    let database: Database
    let secrets: SecretBox

    /// Seals what there is, for all tenants; the ends of the chains go to the log of the process, out of the database's reach.
    func seal(_ logger: Logger) async throws {
        for tenant in try await AuditSealStore.tenantsToSeal(limit: Self.tenantsPerRound, in: database) {
            while let seal = try await sealSome(of: tenant) {
                logger.info(
                    "Audit log sealed",
                    [
                        .string("tenant_id", tenant.description), .int("seal", Int(seal.number)),
                        .int("entry", Int(seal.lastEntry)), .string("link", Hex.encode(seal.link)),
                    ])
                if seal.lastEntry - seal.firstEntry + 1 < Int64(AuditSeal.size) { break }
            }
        }
    }

    /// Seals one batch; nil when there was nothing to seal.
    func sealSome(of tenant: TenantID) async throws -> AuditSeal? {
        try await database.tenant(tenant).transaction { rows in
            let store = AuditSealStore(rows: rows, tenant: tenant)
            try await store.lock()
            let found = try await store.unsealed()
            guard !found.isEmpty else { return nil }
            let last = try await store.last()
            let previous = last?.link ?? AuditSeal.beginning
            let first = (last?.lastEntry ?? 0) + 1
            var link = previous
            for (index, row) in found.enumerated() {
                link = AuditChain.link(
                    after: link, entry: first + Int64(index), row: row.row, details: row.details)
            }
            let (number, end) = ((last?.number ?? 0) + 1, first + Int64(found.count) - 1)
            let proof = try secrets.seal(
                AuditSeal.statement(first: first, last: end, link: link), at: AuditSeal.place(number, tenant))
            let seal = AuditSeal(
                number: number, firstEntry: first, lastEntry: end, previous: previous, link: link, proof: proof,
                isPruned: false)
            try await store.insert(seal, found.map { ($0.audit, $0.details) })
            return seal
        }
    }

    /// What a check of a part of the chain has found.
    struct Findings: Sendable {
        var seals = 0
        var entries = 0
        var erased = 0
        var unsealed = 0
        var broken: AuditBreak?
        /// The last seal that was looked at, when there are more.
        var next: Int64?
    }

    /// Checks up to `limit` seals after a number; the first thing that does not fit ends it.
    func check(_ tenant: TenantID, after number: Int64, limit: Int32) async throws -> Findings {
        let store = AuditSealStore(rows: database.tenant(tenant), tenant: tenant)
        var findings = Findings()
        // The one before shows where the first has to go on.
        let seals = try await store.seals(after: max(0, number - 1), limit: number > 0 ? limit + 1 : limit)
        var before: AuditSeal? = number > 0 ? seals.first { $0.number == number } : nil
        for seal in seals where seal.number > number {
            findings.broken = try await fault(of: seal, after: before, store, tenant, &findings)
            guard findings.broken == nil else { return findings }
            findings.seals += 1
            before = seal
        }
        if findings.seals == Int(limit) { findings.next = before?.number }
        if findings.next == nil {
            findings.unsealed = try await store.countUnsealed()
            if let stray = try await store.stray() {
                findings.broken = AuditBreak(seal: nil, entry: nil, audit: stray, reason: .rowUnsealed)
            }
        }
        return findings
    }

    private func fault(
        of seal: AuditSeal, after before: AuditSeal?, _ store: AuditSealStore, _ tenant: TenantID,
        _ findings: inout Findings
    ) async throws -> AuditBreak? {
        let isNext =
            seal.number == (before?.number ?? 0) + 1 && seal.firstEntry == (before?.lastEntry ?? 0) + 1
            && seal.previous == before?.link ?? AuditSeal.beginning
        guard isNext else { return AuditBreak(seal: seal.number, entry: nil, audit: nil, reason: .sealsMissing) }
        guard isProven(seal, tenant) else {
            return AuditBreak(seal: seal.number, entry: nil, audit: nil, reason: .sealForged)
        }
        guard !seal.isPruned else { return nil }
        let links = try await store.links(of: seal)
        findings.entries += links.count
        findings.erased += links.count { $0.isErased }
        return seal.fault(in: links)
    }

    private func isProven(_ seal: AuditSeal, _ tenant: TenantID) -> Bool {
        do throws(CryptoError) {
            let said = try secrets.open(seal.proof, at: AuditSeal.place(seal.number, tenant))
            return said == AuditSeal.statement(first: seal.firstEntry, last: seal.lastEntry, link: seal.link)
        } catch {
            return false
        }
    }

    /// Removes what is older than each tenant keeps it.
    func prune(_ knowledge: any TenantKnowledge, now: Timestamp = .now()) async throws {
        let day = Duration.seconds(86_400)
        for tenant in try await AuditSealStore.tenantsToPrune(before: now - day, in: database) {
            let days = knowledge.effectiveSettings(of: tenant)[Settings.auditRetentionDays]
            guard days > 0 else { continue }
            let store = AuditSealStore(rows: database.tenant(tenant), tenant: tenant)
            while try await store.prune(before: now - day * days) > 0 {}
        }
    }
}
