import Models
import Postgres

/// Campaigns' rows.
struct CampaignStore: Sendable {
    let rows: any SQLExecutor
    let tenant: TenantID

    func create(_ campaign: Campaign, by user: UserID?) async throws -> Campaign? {
        try await rows.first(
            """
            INSERT INTO dial_campaigns (tenant_id, id, name, state, purpose, priority, pause_seconds, max_attempts,
                ring_seconds, machine_action, machine_message, created_by)
            VALUES (\(tenant), \(campaign.id), \(campaign.name), \(campaign.state.rawValue),
                \(campaign.purpose.rawValue), \(Int32(campaign.priority)), \(Int32(campaign.pauseSeconds)),
                \(Int32(campaign.maxAttempts)), \(Int32(campaign.ringSeconds)), \(campaign.machineAction.rawValue),
                \(campaign.machineMessage), \(user))
            RETURNING \(unescaped: Campaign.columns)
            """, as: Campaign.self)
    }

    func find(_ id: CampaignID) async throws -> Campaign? {
        try await rows.first(
            "SELECT \(unescaped: Campaign.columns) FROM dial_campaigns WHERE tenant_id = \(tenant) AND id = \(id)",
            as: Campaign.self)
    }

    /// Stores a campaign over the version that it was read of; nil when somebody was faster.
    func save(_ campaign: Campaign) async throws -> Campaign? {
        try await rows.first(
            """
            UPDATE dial_campaigns SET name = \(campaign.name), state = \(campaign.state.rawValue),
                priority = \(Int32(campaign.priority)), pause_seconds = \(Int32(campaign.pauseSeconds)),
                max_attempts = \(Int32(campaign.maxAttempts)), ring_seconds = \(Int32(campaign.ringSeconds)),
                machine_action = \(campaign.machineAction.rawValue), machine_message = \(campaign.machineMessage),
                version = version + 1, updated_at = now()
            WHERE tenant_id = \(tenant) AND id = \(campaign.id) AND version = \(campaign.version)
            RETURNING \(unescaped: Campaign.columns)
            """, as: Campaign.self)
    }

    /// False when it is not of this version; the numbers go with it.
    func delete(_ id: CampaignID, version: Int64?) async throws -> Bool {
        try await rows.execute(
            """
            DELETE FROM dial_campaigns WHERE tenant_id = \(tenant) AND id = \(id)
              AND (\(version)::bigint IS NULL OR version = \(version))
            """) == 1
    }

    func list(_ order: RowOrderStore) async throws -> (campaigns: [Campaign], total: Int) {
        let found = try await rows.query(
            """
            SELECT \(unescaped: Campaign.columns) FROM dial_campaigns WHERE tenant_id = \(tenant)
            \(order.start("created_at", "id"))\(order.end("created_at", "id"))
            """, as: Campaign.self)
        let total = try await rows.value(
            "SELECT count(*) FROM dial_campaigns WHERE tenant_id = \(tenant)", as: Int.self)
        return (found, total ?? 0)
    }

    /// How many numbers of which campaign are where.
    func counts(of ids: [CampaignID]) async throws -> [CampaignID: CampaignCounts] {
        let found = try await rows.query(
            """
            SELECT campaign_id, state, count(*) FROM dial_queue
            WHERE tenant_id = \(tenant) AND campaign_id = ANY (\(ids)) GROUP BY campaign_id, state
            """
        ) { row in
            (id: try row.next(CampaignID.self), state: try row.next(DialEntryState.self), count: try row.next(Int.self))
        }
        return found.reduce(into: [:]) { counts, row in
            switch row.state {
            case .pending, .claimed: counts[row.id, default: .init()].pending += row.count
            case .done: counts[row.id, default: .init()].done += row.count
            case .cancelled, .failed: counts[row.id, default: .init()].cancelled += row.count
            }
        }
    }
}
