import Models
import Web

/// All routes of messaging with their guards: the service's policy on one screen.
extension RouteTable {
    static var messaging: RouteTable { RouteTable(.messaging, []) }

    static func messagingInternal(events: Route) -> RouteTable { RouteTable(.messaging, [events]) }
}
