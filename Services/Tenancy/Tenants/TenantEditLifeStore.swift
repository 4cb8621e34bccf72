import JSON
import Models
import Postgres

/// What super admins do with a tenant: each deed is one transaction with its changes and its audit rows.
struct TenantEditLifeStore {
    let database: TenantDatabase

    /// Changes what is given; nil when there is no such tenant of this version, or it is deleted.
    func update(
        _ wanted: TenancyAPI.UpdateTenant, version: Int64?, of id: TenantID, origin: Origin
    ) async throws -> Tenant? {
        try await database.transaction { rows in
            let (tenants, edits) = (TenantStore(rows: rows), TenantEditStore(rows: rows))
            guard let before = try await tenants.find(id),
                let entitled = try await tenants.lockEntitlements(of: id),
                let tenant = try await edits.update(wanted, version: version, of: id)
            else { return nil }
            if tenant.plan != before.plan {
                _ = try await tenants.setEntitlements(.seed(for: tenant.plan), of: id)
            }
            if wanted.limits != nil || wanted.disabledFeatures != nil {
                try await edits.setOverrides(wanted.limits, disabled: wanted.disabledFeatures, of: id)
            }
            let entitlements = try await tenants.entitlements(of: id)
            // The tenant reads its own log, so what super admins note stays out of it.
            var told = wanted
            told.notes = nil
            try await TenantLifeStore.audit(
                .tenantUpdated, of: id, origin, after: try JSONText(encoding: told), rows)
            let key = id.jsonText
            if tenant.subdomain != before.subdomain { try await rename(before, to: tenant, origin, rows) }
            try await ChangeStore.append(.tenant, key: key, value: tenant.change, tenant: id, in: rows)
            if tenant.language != before.language || tenant.timeZone != before.timeZone
                || tenant.country != before.country
            {
                try await SettingsStore(rows: rows).announce(id, in: rows)
            }
            if let entitlements, entitlements != entitled {
                try await ChangeStore.append(.entitlements, key: key, value: entitlements, tenant: id, in: rows)
            }
            return tenant
        }
    }

    /// What follows from another subdomain; the feed tells of names before it tells of the tenant.
    private func rename(_ before: Tenant, to tenant: Tenant, _ origin: Origin, _ rows: Transaction) async throws {
        let (names, now) = (RenameStore(rows: rows), Timestamp.now())
        try await names.claim(tenant.subdomain, for: tenant.id)
        try await names.release(before.subdomain, of: tenant.id, now: now)
        let told = try JSONText(encoding: Renaming(from: before.subdomain, to: tenant.subdomain))
        try await TenantLifeStore.audit(.tenantRenamed, of: tenant.id, origin, after: told, rows)
        // The new name may be a former one of the same tenant.
        try await ChangeStore.appendGone(.formerSubdomain, key: tenant.subdomain, tenant: tenant.id, in: rows)
        try await ChangeStore.append(
            .formerSubdomain, key: before.subdomain,
            value: ChangeFeedAPI.ExpiryValue(tenantID: tenant.id, expiresAt: now + RenameStore.leads),
            tenant: tenant.id, in: rows)
    }

    /// Begins a tenant's grace period and ends what its people do; nil when it has begun before.
    func delete(_ id: TenantID, origin: Origin) async throws -> (tenant: Tenant, owners: [User])? {
        try await database.transaction { rows in
            let edits = TenantEditStore(rows: rows)
            guard let tenant = try await edits.delete(id, after: .now() + Tenant.grace) else { return nil }
            let owners = try await edits.owners(of: id)
            try await tell(.tenantDeleted, .tenantSuspended, tenant, origin, rows)
            return (tenant, owners)
        }
    }

    /// Ends the grace period in the tenant's favour; nil when it is not in one.
    func restore(_ id: TenantID, origin: Origin) async throws -> Tenant? {
        try await database.transaction { rows in
            guard let tenant = try await TenantEditStore(rows: rows).restore(id) else { return nil }
            // The other services have heard of a suspension, whatever it was before.
            try await tell(
                .tenantRestored, tenant.status == .active ? .tenantResumed : .tenantSuspended, tenant, origin, rows)
            return tenant
        }
    }

    private func tell(
        _ action: AuditEntry.Action, _ event: EventType, _ tenant: Tenant, _ origin: Origin, _ rows: Transaction
    ) async throws {
        try await TenantLifeStore.audit(action, of: tenant.id, origin, rows)
        try await TenantEvents.publish(event, tenant, in: rows)
        try await ChangeStore.append(
            .tenant, key: tenant.id.jsonText, value: tenant.change, tenant: tenant.id, in: rows)
    }
}

/// What the audit log keeps of a rename.
private struct Renaming: Encodable {
    let from: String
    let to: String
}
