import Models
import Web

/// All routes of sessions with their guards: the service's policy on one screen.
extension RouteTable {
    static var sessions: RouteTable { RouteTable(.sessions, []) }
    static var sessionsInternal: RouteTable { RouteTable(.sessions, []) }
}
