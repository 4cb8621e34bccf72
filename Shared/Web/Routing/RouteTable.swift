import HTTP
package import Models

/// All routes of one listener of a service: the policy of its API on one screen.
package struct RouteTable: Sendable {
    package let service: ServiceName
    package let routes: [Route]

    /// Checks what a table must keep; a table that does not is a programming error, found at the start.
    package init(_ service: ServiceName, _ routes: [Route]) {
        self.service = service
        self.routes = routes
        precondition(Set(routes.map(\.operationID)).count == routes.count, "an operation id is used twice")
        for route in routes { Self.check(route) }
    }

    private static func check(_ route: Route) {
        let path = route.template.description
        let isPlatform = path == "/api/v1/platform" || path.hasPrefix("/api/v1/platform/")
        if case .platform = route.access.rule {
            precondition(isPlatform, "a guard of the platform outside of its paths: \(path)")
        } else {
            precondition(!isPlatform, "a path of the platform without its guard: \(path)")
        }
        precondition(path.hasPrefix("/internal/") == route.access.isInternal, "guard and listener differ: \(path)")
        if route.has(.idempotent) {
            precondition(route.method == .post || route.method == .patch, "\(path) needs no idempotency key")
            var operation = OperationDescription()
            route.describe(&operation)
            precondition(!operation.hasRawBody, "a raw body cannot be compared with an earlier one: \(path)")
        }
        precondition(
            route.operationID.utf8.allSatisfy { ($0 >= 97 && $0 <= 122) || $0 == 95 || ($0 >= 48 && $0 <= 57) },
            "an operation id is snake case: \(route.operationID)")
    }

    /// The table with more routes, such as one that a module brings along.
    package func adding(_ more: Route...) -> RouteTable { RouteTable(service, routes + more) }
}
