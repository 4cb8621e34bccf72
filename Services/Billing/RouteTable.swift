import Models
import Web

/// All routes of billing with their guards: the service's policy on one screen.
extension RouteTable {
    static var billing: RouteTable { RouteTable(.billing, []) }

    static func billingInternal(events: Route) -> RouteTable { RouteTable(.billing, [events]) }
}
