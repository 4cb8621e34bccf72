import Models
import Postgres
import Web

/// What engines cost over all tenants, over HTTP.
struct PlatformCostRoutes: Sendable {
    /// UTC days, both included; this month when nothing is said.
    struct CostQuery: Codable, Sendable {
        var fromDate: LocalDate?
        var toDate: LocalDate?
        /// `day` when not given.
        var by: CallsAPI.PlatformCostGrouping?
    }

    private let costs: CostStore

    init(database: Database) { costs = CostStore(database: database) }

    func list(_ context: RequestContext, _ query: Query<CostQuery>) async throws -> OK<CallsAPI.PlatformCosts> {
        let to = query.value.toDate ?? LocalDate(daysSince1970: Int(Timestamp.now().seconds / 86_400))
        let from = query.value.fromDate ?? to.adding(days: 1 - to.day)
        try CostRoutes.check(from, to)
        let groups = try await costs.sums(by: query.value.by ?? .day, from: from, to: to)
        return OK(
            CallsAPI.PlatformCosts(
                fromDate: from, toDate: to, costMicros: groups.reduce(0) { $0 + $1.costMicros },
                data: groups.map(\.wire)))
    }
}
