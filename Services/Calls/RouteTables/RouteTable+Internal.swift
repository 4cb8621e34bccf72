import LifeCycle
import Models
import Web

extension RouteTable {
    /// What other services may ask.
    static func callsInternal(
        events: Route, export: ServiceExportRoutes, progress: CallProgressRoutes, others: [Route] = []
    ) -> RouteTable {
        RouteTable(
            .calls,
            [
                events,
                .get(
                    "/internal/calls/progress", "get_call_progress", .service(.callProgressRead),
                    "How far the tenant's newest calls have come", progress.get),
                .get(
                    "/internal/calls/usage", "get_call_usage", .service(.tenantFiguresRead),
                    "How much of calls a tenant uses", progress.usage),
                .get(
                    "/internal/tenant-figures", "list_tenant_figures", .service(.tenantFiguresRead),
                    "What tenants have of trouble and cost", progress.figures, .withoutTenant),
            ] + export.routes + others)
    }
}
