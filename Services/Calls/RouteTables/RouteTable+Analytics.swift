import Models
import Web

extension RouteTable {
    /// Figures over many calls.
    static func analytics(
        _ performance: PerformanceRoutes, _ analytics: AnalyticsRoutes, _ tables: FigureTableRoutes
    ) -> [Route] {
        [
            .get(
                "/api/v1/analytics/users/{id}", "get_user_performance",
                .permission(.callsReadAll, or: .callsReadOwn), "One person's figures, by days of the tenant",
                performance.get),
            .get(
                "/api/v1/analytics/calls/series", "get_call_series", .permission(.callsReadAll, or: .callsReadOwn),
                "Figures by hour, day, week or month of the tenant", analytics.series),
            .get(
                "/api/v1/analytics/calls/groups", "get_call_groups", .permission(.callsReadAll, or: .callsReadOwn),
                "Figures by agent, line, team, topic or disposition", analytics.groups),
            .get(
                "/api/v1/analytics/calls/leaderboard", "get_call_leaderboard", .permission(.callsReadAll),
                "Who is first", analytics.leaderboard),
            .get(
                "/api/v1/analytics/calls/hours", "get_busy_hours", .permission(.callsReadAll, or: .callsReadOwn),
                "When calls come, by hours of the week", analytics.hours),
            .get(
                "/api/v1/analytics/calls/export", "export_figures", .permission(.callsExport),
                "Figures in time, or side by side, as CSV", tables.csv, .contentTypes(["text/csv"])),
        ]
    }
}
