import LifeCycle
import Models
import Web

/// All routes of sessions with their guards: the service's policy on one screen.
extension RouteTable {
    static var sessions: RouteTable { RouteTable(.sessions, []) }

    /// What other services may ask.
    static func sessionsInternal(events: Route, export: ServiceExportRoutes) -> RouteTable {
        RouteTable(.sessions, [events] + export.routes)
    }
}
