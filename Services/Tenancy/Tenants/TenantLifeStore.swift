import JSON
import Models
import Postgres

/// The life of a tenant: each step is one transaction with its changes and its audit rows.
struct TenantLifeStore {
    /// An invitation that goes with a new tenant.
    struct FirstOwner: Sendable {
        var invitation: InvitationID
        var email: EmailAddress
        var name: String
        var digest: [UInt8]
        var expiresAt: Timestamp
    }

    let database: TenantDatabase

    /// Makes a tenant with its entitlements, its settings and its owner's invitation; 409 `subdomain_taken`.
    ///
    /// The database's tenant setting is the new tenant's id, so both walls stand from the first row on.
    func create(
        _ draft: TenantDraft, entitlements: Entitlements, owner: FirstOwner,
        letter: (Letter, MailQueue)? = nil, approving request: SetupRequestID? = nil, origin: Origin
    ) async throws -> (tenant: Tenant, invitation: Invitation) {
        try await database.transaction { rows in
            let tenants = TenantStore(rows: rows)
            let tenant = try await tenants.create(draft, entitlements: entitlements)
            if let request, try await !SetupRequestStore(rows: rows).approve(request, as: tenant.id) {
                throw Failure(.conflict, "The request is not open.")
            }
            let invitation = try await InvitationStore(rows: rows).create(
                owner.invitation, email: owner.email, name: owner.name, role: .owner, purpose: .invitation,
                digest: owner.digest, createdBy: nil, expiresAt: owner.expiresAt, in: tenant.id)
            try await Self.audit(.tenantCreated, of: tenant.id, origin, rows)
            try await TenantEvents.publish(.tenantCreated, tenant, in: rows)
            let key = tenant.id.jsonText
            try await ChangeStore.append(.tenant, key: key, value: tenant.change, tenant: tenant.id, in: rows)
            let effective = try await tenants.entitlements(of: tenant.id) ?? entitlements
            try await ChangeStore.append(.entitlements, key: key, value: effective, tenant: tenant.id, in: rows)
            try await SettingsStore(rows: rows).announce(tenant.id, in: rows)
            if let (letter, mail) = letter { try await mail.send(letter, of: owner.invitation, in: rows) }
            return (tenant, invitation)
        }
    }

    /// Suspends an active tenant; nil when it is not active.
    func suspend(_ id: TenantID, origin: Origin) async throws -> Tenant? {
        try await move(.tenantSuspended, .tenantSuspended, origin) { try await $0.suspend(id) }
    }

    /// Resumes a suspended tenant; nil when it is not suspended.
    func resume(_ id: TenantID, origin: Origin) async throws -> Tenant? {
        try await move(.tenantResumed, .tenantResumed, origin) { try await $0.resume(id) }
    }

    private func move(
        _ action: AuditEntry.Action, _ event: EventType, _ origin: Origin,
        _ step: @escaping @Sendable (TenantStore) async throws -> Tenant?
    ) async throws -> Tenant? {
        try await database.transaction { rows in
            guard let tenant = try await step(TenantStore(rows: rows)) else { return nil }
            try await Self.audit(action, of: tenant.id, origin, rows)
            try await TenantEvents.publish(event, tenant, in: rows)
            try await ChangeStore.append(
                .tenant, key: tenant.id.jsonText, value: tenant.change, tenant: tenant.id, in: rows)
            return tenant
        }
    }

    /// The tenant reads what was done to it, and the platform who did it from where.
    static func audit(
        _ action: AuditEntry.Action, of tenant: TenantID, _ origin: Origin, after: JSONText? = nil,
        _ rows: Transaction
    ) async throws {
        let audit = AuditStore(rows: rows)
        var entry = origin.entry(action, "tenant/\(tenant)", after: after)
        try await audit.appendToPlatform(entry)
        entry.address = nil
        try await audit.append(entry, in: tenant)
    }

    /// Replaces what a tenant may use; false when there is no such tenant.
    func setEntitlements(_ entitlements: Entitlements, of id: TenantID, origin: Origin) async throws -> Bool {
        try await database.transaction { rows in
            let tenants = TenantStore(rows: rows)
            guard try await tenants.setEntitlements(entitlements, of: id),
                let effective = try await tenants.entitlements(of: id)
            else { return false }
            try await AuditStore(rows: rows).append(
                origin.entry(.entitlementsSet, "tenant/\(id)", after: try JSONText(encoding: entitlements)), in: id)
            try await ChangeStore.append(.entitlements, key: id.jsonText, value: effective, tenant: id, in: rows)
            return true
        }
    }
}

extension Tenant {
    /// What every process knows of the tenant.
    var change: ChangeFeedAPI.TenantValue {
        ChangeFeedAPI.TenantValue(
            subdomain: subdomain, status: status, timeZone: TimeZoneName(unchecked: timeZone), country: country)
    }
}
