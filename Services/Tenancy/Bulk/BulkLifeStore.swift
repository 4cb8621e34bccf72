import Jobs
import Models
import Postgres

/// Changes many tenants, one after the other: each is a transaction of its own with its changes and its audit rows.
struct BulkLifeStore: Sendable {
    let database: Database

    private var platform: TenantDatabase { database.tenant(.platform) }

    /// What a tenant has of what a change is about, and would have; nil when it is not there or is deleted.
    func look(
        at id: TenantID, _ change: TenancyAPI.BulkChange
    ) async throws -> (before: TenancyAPI.BulkChange, after: TenancyAPI.BulkChange, version: Int64)? {
        let rows = database.tenant(id)
        guard id != .platform, let tenant = try await TenantStore(rows: rows).find(id), tenant.status != .deleted
        else { return nil }
        let disabled = try await TenantEditStore(rows: rows).disabledFeatures(of: id)
        let before = TenancyAPI.BulkChange(
            plan: change.plan.map { _ in tenant.plan }, disabledFeatures: change.disabledFeatures.map { _ in disabled },
            isSuspended: change.isSuspended.map { _ in tenant.status == .suspended })
        var after = change
        after.disabledFeatures = change.disabledFeatures?.sorted { $0.rawValue < $1.rawValue }
        return (before, after, tenant.version)
    }

    func create(_ wanted: TenancyAPI.CreateBulk, by user: UserID, origin: Origin) async throws -> BulkID {
        let id = BulkID.make()
        try await platform.transaction { rows in
            try await BulkStore(rows: rows).create(id, wanted, by: user)
            try await AuditStore(rows: rows).append(origin.entry(.bulkBegun, "bulk/\(id)"), in: .platform)
            try await JobQueue(rows).enqueue(BulkJob(bulkID: id, userID: user), about: id)
        }
        return id
    }

    /// Begins to take a change back; false when it is not done, or is being taken back.
    func undo(_ id: BulkID, by user: UserID, origin: Origin) async throws -> Bool {
        try await platform.transaction { rows in
            guard try await BulkStore(rows: rows).move(id, from: .done, to: .undoing) else { return false }
            try await AuditStore(rows: rows).append(origin.entry(.bulkUndone, "bulk/\(id)"), in: .platform)
            try await JobQueue(rows).enqueue(BulkJob(bulkID: id, userID: user), about: id)
            return true
        }
    }

    /// Makes of a tenant what a change says; what was asked for already is done already.
    func make(
        _ change: TenancyAPI.BulkChange, of id: TenantID, version: Int64, origin: Origin
    ) async throws -> Bool {
        let rows = database.tenant(id)
        if change.plan != nil || change.disabledFeatures != nil {
            let wanted = TenancyAPI.UpdateTenant(plan: change.plan, disabledFeatures: change.disabledFeatures)
            let edited = try await TenantEditLifeStore(database: rows).update(
                wanted, version: version, of: id, origin: origin)
            guard edited != nil else { return false }
        }
        let life = TenantLifeStore(database: rows)
        switch change.isSuspended {
        case true?: _ = try await life.suspend(id, origin: origin)
        case false?: _ = try await life.resume(id, origin: origin)
        case nil: break
        }
        return true
    }
}
