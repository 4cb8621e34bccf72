import Models
import Web

extension RouteTable {
    /// Figures over many calls.
    static func analytics(_ performance: PerformanceRoutes) -> [Route] {
        [
            .get(
                "/api/v1/analytics/users/{id}", "get_user_performance",
                .permission(.callsReadAll, or: .callsReadOwn), "One person's figures, by days of the tenant",
                performance.get)
        ]
    }
}
