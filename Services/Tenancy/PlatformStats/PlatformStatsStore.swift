import Models
import Postgres

/// Counts over all tenants; asked of the platform's rows, by its routes alone.
struct PlatformStatsStore {
    private struct Group: PostgresRowDecodable {
        let status: TenantStatus
        let plan: Plan
        let tenants: Int
        let recent: Int

        init(row: inout RowReader) throws(PostgresError) {
            status = try row.next(TenantStatus.self)
            plan = try row.next(Plan.self)
            tenants = try row.next(Int.self)
            recent = try row.next(Int.self)
        }
    }

    let rows: any SQLExecutor

    func read() async throws -> TenancyAPI.PlatformStats {
        let answers = try await rows.batch([
            "SELECT status, plan, tenants, recent FROM platform_tenant_counts()",
            "SELECT active, today, month, sessions, invitations FROM platform_people_counts()",
            "SELECT failing_connections, backlog, errors, cost_micros, gathered_at FROM platform_figure_sums()",
            "SELECT count(*) FROM setup_requests WHERE tenant_id = \(TenantID.platform) AND status = 'open'",
        ])
        let groups = try answers[0].map { row throws(PostgresError) in try Group(row: &row) }
        let people = try answers[1].first { row throws(PostgresError) in
            TenancyAPI.PeopleCounts(
                active: try row.next(Int.self), signedInToday: try row.next(Int.self),
                signedInRecently: try row.next(Int.self), openSessions: try row.next(Int.self),
                pendingInvitations: try row.next(Int.self))
        }
        let figures = try answers[2].first { row throws(PostgresError) in try TenancyAPI.TenantFigures(row: &row) }
        let requests = try answers[3].first { row throws(PostgresError) in try row.next(Int.self) }
        guard let people, let requests else { throw Failure(.internal) }
        return TenancyAPI.PlatformStats(
            tenants: Self.sum(groups), people: people, openSetupRequests: requests, figures: figures)
    }

    private static func sum(_ groups: [Group]) -> TenancyAPI.TenantCounts {
        func count(_ status: TenantStatus) -> Int {
            groups.filter { $0.status == status }.reduce(0) { $0 + $1.tenants }
        }
        return TenancyAPI.TenantCounts(
            active: count(.active), suspended: count(.suspended), deleted: count(.deleted),
            recent: groups.reduce(0) { $0 + $1.recent },
            plans: Plan.allCases.map { plan in
                let living = groups.filter { $0.plan == plan && $0.status != .deleted }
                return .init(plan: plan, tenants: living.reduce(0) { $0 + $1.tenants })
            })
    }
}
