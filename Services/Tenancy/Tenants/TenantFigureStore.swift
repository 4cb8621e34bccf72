import FoundationEssentials
import Models
import Postgres

/// What other services count of tenants, as it was gathered last; asked of the platform's rows.
struct TenantFigureStore {
    /// What tenants can be sorted by.
    enum Figure: String, Sendable {
        case failingConnections = "failing_connections"
        case backlog, errors
        case cost = "cost_micros"

        func value(of figures: TenancyAPI.TenantFigures?) -> Int64 {
            guard let figures else { return 0 }
            return switch self {
            case .failingConnections: figures.failingConnections
            case .backlog: figures.backlog
            case .errors: figures.errors
            case .cost: figures.costMicros
            }
        }
    }

    let rows: any SQLExecutor

    /// Keeps what was told of some tenants.
    func put(_ figures: [InternalAPI.TenantFigures], at now: Timestamp) async throws {
        try await rows.execute(
            """
            SELECT platform_put_tenant_figures(
                \(figures.map(\.tenantID)), \(figures.map(\.failingConnections)), \(figures.map(\.backlog)),
                \(figures.map(\.errors)), \(figures.map(\.costMicros)), \(now))
            """)
    }

    /// Forgets what was gathered before: those tenants have nothing of it any more.
    func end(before now: Timestamp) async throws {
        try await rows.execute("SELECT platform_end_tenant_figures(\(now))")
    }

    /// The figures of some tenants; one that has none is left out.
    func find(_ ids: [TenantID]) async throws -> [TenantID: TenancyAPI.TenantFigures] {
        let found = try await rows.query(
            """
            SELECT tenant_id, failing_connections, backlog, errors, cost_micros, gathered_at
            FROM platform_tenant_figures(\(ids))
            """
        ) { row in (try row.next(TenantID.self), try TenancyAPI.TenantFigures(row: &row)) }
        return Dictionary(found) { first, _ in first }
    }

    /// A page of all tenants but the platform by a figure, behind a position.
    func list(
        by figure: Figure, _ filter: TenantFilter, after position: (value: Int64, id: UUID)?, isDescending: Bool,
        limit: Int, offset: Int
    ) async throws -> [Tenant] {
        // Beyond all rows, as for pages by time.
        let edge = RowPage(after: nil, isDescending: isDescending, limit: limit, offset: offset)
        return try await rows.query(
            """
            SELECT \(unescaped: Tenant.columns)
            FROM platform_find_tenants_by_figure(
                \(figure.rawValue), \(filter.search), \(filter.status?.rawValue), \(filter.plan?.rawValue),
                \(isDescending), \(position?.value ?? (isDescending ? .max : -1)), \(position?.id ?? edge.id),
                \(Int32(limit)), \(Int32(offset)))
            """, as: Tenant.self)
    }
}

extension TenancyAPI.TenantFigures: PostgresRowDecodable {
    init(row: inout RowReader) throws(PostgresError) {
        self.init(
            failingConnections: try row.next(Int64.self), backlog: try row.next(Int64.self),
            errors: try row.next(Int64.self), costMicros: try row.next(Int64.self),
            gatheredAt: try row.next(Timestamp.self))
    }
}
