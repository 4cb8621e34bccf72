import LifeCycle
import Models
import Web

/// All routes of calendar with their guards: the service's policy on one screen.
extension RouteTable {
    static var calendar: RouteTable { RouteTable(.calendar, []) }

    /// What other services may ask.
    static func calendarInternal(events: Route, export: ServiceExportRoutes) -> RouteTable {
        RouteTable(.calendar, [events] + export.routes)
    }
}
