import LifeCycle
import Models
import Web

/// All routes of billing with their guards: the service's policy on one screen.
extension RouteTable {
    static var billing: RouteTable { RouteTable(.billing, []) }

    static func billingInternal(events: Route, usage: UsageRoutes, export: ServiceExportRoutes) -> RouteTable {
        RouteTable(
            .billing,
            [
                events,
                .put(
                    "/internal/usage", "put_usage", .service(.usageReport), "What a tenant has used of the API",
                    usage.put),
            ] + export.routes)
    }
}
