import Models
import Postgres
import Web

/// The audit log for those who may read it: a tenant its own rows, the platform its own and any tenant's.
struct AuditRoutes: Sendable {
    /// How many seals one check looks at; whoever wants more goes on where it ended.
    private static let sealsPerCheck: Int32 = 20

    let database: Database
    /// Nil when routes are only described.
    let sealing: AuditSealing?

    enum Order: String, SortKey {
        case occurredAt = "occurred_at"

        static var standard: Sort<Order> { .descending(.occurredAt) }
    }

    func list(
        _ context: RequestContext, _ query: Query<AuditFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.AuditEntry>> {
        try await list(of: context.tenant, context, query.value, paging)
    }

    /// What happened in one tenant, for super admins.
    func listOfTenant(
        _ context: RequestContext, _ path: PathID<TenantID>, _ query: Query<AuditFilter>, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.AuditEntry>> {
        guard try await TenantStore(rows: database.tenant(path.id)).find(path.id) != nil else {
            throw Failure(.notFound)
        }
        return try await list(of: path.id, context, query.value, paging)
    }

    private func list(
        of tenant: TenantID, _ context: RequestContext, _ filter: AuditFilter, _ paging: Paging<Order>
    ) async throws -> OK<Page<TenancyAPI.AuditEntry>> {
        let store = AuditStore(rows: database.tenant(tenant))
        let zone = context.knowledge.tenant(tenant)?.timeZone ?? .utc
        let found = try await store.list(filter, RowPage(paging), zone: zone, in: tenant)
        let bound = 10_000
        let total = try await store.count(filter, zone: zone, bound: bound + 1, in: tenant)
        return OK(
            paging.page(
                found, total: min(total, bound), totalIsExact: total <= bound,
                position: { CursorPosition(.timestamp($0.occurredAt), $0.id) }
            ) { $0.wire })
    }

    /// Where a check goes on.
    struct CheckQuery: Codable, Sendable {
        /// The last seal that was looked at.
        var after: Int64?
    }

    /// Whether the log is as it was written.
    func verify(
        _ context: RequestContext, _ query: Query<CheckQuery>
    ) async throws -> OK<TenancyAPI.AuditVerification> {
        guard let sealing else { throw Failure(.internal) }
        let after = query.value.after ?? 0
        guard after >= 0 else { throw Failure(.invalidQuery) }
        let findings = try await sealing.check(context.tenant, after: after, limit: Self.sealsPerCheck)
        return OK(findings.wire)
    }
}

extension AuditSealing.Findings {
    var wire: TenancyAPI.AuditVerification {
        TenancyAPI.AuditVerification(
            isWhole: broken == nil, seals: seals, entries: entries, erasedEntries: erased, unsealedEntries: unsealed,
            firstBreak: broken.map {
                TenancyAPI.AuditVerification.Break(
                    seal: $0.seal, entry: $0.entry, auditID: $0.audit, reason: $0.reason.rawValue)
            }, nextAfter: next)
    }
}

extension AuditRow {
    var wire: TenancyAPI.AuditEntry {
        TenancyAPI.AuditEntry(
            id: id, occurredAt: occurredAt,
            actor: TenancyAPI.AuditEntry.Actor(
                kind: actorKind, id: actorID, service: actorService, impersonatorID: impersonator),
            action: action, subject: subject, requestID: requestID, clientAddress: address, before: before, after: after
        )
    }
}
