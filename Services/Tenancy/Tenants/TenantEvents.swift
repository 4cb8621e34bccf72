import Events
import Models
import Postgres

/// What the other services are told of a tenant's life.
enum TenantEvents {
    /// Call it in the transaction of the fact.
    static func publish(_ type: EventType, _ tenant: Tenant, in transaction: Transaction) async throws {
        try await Outbox.publish(
            type, subject: "tenant/\(tenant.id)",
            data: TenancyAPI.TenantEvent(plan: tenant.plan, status: tenant.status), in: transaction)
    }
}
