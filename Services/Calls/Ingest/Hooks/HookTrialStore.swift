import Models
import Postgres

/// Takes a made-up hook in like any other, and leaves everything as it was.
struct HookTrialStore: Sendable {
    /// Ends the transaction without keeping what it has done.
    private struct Undone: Error {
        var calls: [Call]
    }

    let rows: TenantDatabase
    let agents: AgentResolver
    let settings: EffectiveSettings

    /// The calls as their rows would be; throws `ProviderError` for what cannot be read.
    func run(
        _ payload: HookPayload, _ id: HookID, _ provider: any CallProvider, _ connection: InternalAPI.Connection
    ) async throws -> [Call] {
        do {
            return try await rows.transaction { transaction in
                try await HookPayloadStore(rows: transaction, tenant: rows.tenant).add(
                    payload, of: connection.id, at: provider.name, id: id)
                let store = IngestStore(
                    transaction: transaction, tenant: rows.tenant, connection: connection, agents: agents
                ).following(settings)
                let reading = try provider.read(payload, connection)
                if let fault = reading.fault { throw ProviderError(.invalid, fault) }
                let ids = try await store.apply(reading.reports.map { .init(report: $0, at: payload.receivedAt) })
                let calls = try await transaction.query(
                    """
                    SELECT \(unescaped: Call.columns) FROM calls
                    WHERE tenant_id = \(rows.tenant) AND id = ANY (\(ids)) ORDER BY id
                    """, as: Call.self)
                throw Undone(calls: calls)
            }
        } catch let undone as Undone {
            return undone.calls
        }
    }
}
