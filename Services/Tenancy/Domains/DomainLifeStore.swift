import Models
import Postgres

/// The life of a domain: each step is one transaction with its audit row, its change and its letters.
struct DomainLifeStore {
    let database: TenantDatabase
    let mail: MailQueue

    /// Adds a claim; 409 when the tenant has too many or this one already, or when another has verified it.
    func add(_ name: DomainName, challenge: String, origin: Origin, in tenant: TenantID) async throws -> Domain {
        try await database.transaction { rows in
            let domains = DomainStore(rows: rows)
            // Locks out others who add for this tenant, so that the count holds.
            _ = try await TenantStore(rows: rows).lockEntitlements(of: tenant)
            guard try await domains.count(in: tenant) < Domain.most else {
                throw Failure(.conflict, "There may be at most \(Domain.most) domains.")
            }
            guard try await !domains.isTaken(name.text, for: tenant) else { throw Failure(.domainTaken) }
            let domain = try await domains.create(
                name, challenge: challenge, nextCheck: .now() + .seconds(60), in: tenant)
            try await AuditStore(rows: rows).append(origin.entry(.domainAdded, "domain/\(domain.name)"), in: tenant)
            return domain
        }
    }

    /// False when there is no such domain.
    func remove(_ id: DomainID, origin: Origin, in tenant: TenantID) async throws -> Bool {
        try await database.transaction { rows in
            guard let domain = try await DomainStore(rows: rows).delete(id, in: tenant) else { return false }
            try await AuditStore(rows: rows).append(origin.entry(.domainRemoved, "domain/\(domain.name)"), in: tenant)
            if domain.verifiedAt != nil {
                try await ChangeStore.appendGone(.domain, key: domain.name, tenant: tenant, in: rows)
            }
            return true
        }
    }

    /// Writes down what the DNS said of a domain; nil when the domain has gone meanwhile.
    func note(
        _ finding: TextRecordFinding, of id: DomainID, origin: Origin, in tenant: TenantID
    ) async throws -> Domain? {
        do {
            return try await write(of: id, origin, tenant) { domain, now in domain.apply(finding, now: now) }
        } catch let failure as Failure where failure.code == .domainTaken {
            return try await write(of: id, origin, tenant) { domain, now in
                domain.checkedAt = now
                domain.fault = .taken
            }
        }
    }

    private func write(
        of id: DomainID, _ origin: Origin, _ tenant: TenantID,
        _ change: @escaping @Sendable (inout Domain, Timestamp) -> Void
    ) async throws -> Domain? {
        try await database.transaction { rows in
            let domains = DomainStore(rows: rows)
            guard let before = try await domains.lock(id, in: tenant) else { return nil }
            let now = Timestamp.now()
            var domain = before
            change(&domain, now)
            try await domains.save(domain, nextCheck: domain.nextCheck(now: now), in: tenant)
            try await tell(before, domain, origin, tenant, rows)
            return domain
        }
    }

    private func tell(
        _ before: Domain, _ after: Domain, _ origin: Origin, _ tenant: TenantID, _ rows: Transaction
    ) async throws {
        let audit = AuditStore(rows: rows)
        if before.failingSince == nil, after.failingSince != nil {
            try await write(to: tenant, about: after, .domainFailing, rows)
        }
        switch (before.verifiedAt, after.verifiedAt) {
        case (nil, .some):
            try await audit.append(origin.entry(.domainVerified, "domain/\(after.name)"), in: tenant)
            try await ChangeStore.append(
                .domain, key: after.name, value: ChangeFeedAPI.DomainValue(tenantID: tenant), tenant: tenant, in: rows)
        case (.some, nil):
            try await audit.append(origin.entry(.domainLapsed, "domain/\(after.name)"), in: tenant)
            try await write(to: tenant, about: after, .domainLapsed, rows)
            try await ChangeStore.appendGone(.domain, key: after.name, tenant: tenant, in: rows)
        default: break
        }
    }

    private func write(
        to tenant: TenantID, about domain: Domain, _ kind: Letter.Kind, _ rows: Transaction
    ) async throws {
        let found = try await TenantStore(rows: rows).find(tenant)
        let until = ((domain.failingSince ?? .now()) + Domain.patience).jsonText.prefix(10)
        let values = [
            "domain": domain.name, "record": domain.recordName, "value": domain.recordValue, "date": String(until),
        ]
        for owner in try await TenantEditStore(rows: rows).owners(of: tenant) {
            try await mail.send(try Letter.about(kind, owner, found, values), in: rows)
        }
    }
}
