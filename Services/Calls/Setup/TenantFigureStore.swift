import FoundationEssentials
import Models
import Postgres

/// What super admins compare tenants by: numbers of any tenant, no words of anybody.
struct TenantFigureStore: Sendable {
    /// How many tenants one answer tells of.
    static let page = 500
    /// How long a call whose processing failed counts, and what was spent.
    private static let errorLife = Duration.seconds(7 * 86_400)
    private static let costLife = Duration.seconds(30 * 86_400)
    /// The longest that one look at all tenants may take.
    private static let patience = Duration.seconds(60)

    let database: Database

    /// The tenants behind another one that have any.
    func read(after tenant: TenantID?, now: Timestamp = .now()) async throws -> [InternalAPI.TenantFigures] {
        let beyond = tenant?.uuid ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
        return try await database.tenant(.platform).within(Self.patience).query(
            """
            SELECT owner, failing_connections, backlog, errors, cost_micros
            FROM tenant_figures(\(beyond), \(Int32(Self.page)), \(now - Self.errorLife), \(now - Self.costLife))
            """
        ) { row in
            InternalAPI.TenantFigures(
                tenantID: try row.next(TenantID.self), failingConnections: try row.next(Int64.self),
                backlog: try row.next(Int64.self), errors: try row.next(Int64.self),
                costMicros: try row.next(Int64.self))
        }
    }
}
