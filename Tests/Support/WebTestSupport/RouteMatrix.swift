package import HTTP
package import Models
package import Web

/// Every route of a table, for tests that try each as each kind of caller.
package struct RouteMatrix: Sendable {
    /// One route with one caller, and what its guard should make of it.
    package struct Entry: Sendable, CustomStringConvertible {
        package let route: Route
        package let caller: TestCaller
        /// Nil when the guard lets the caller in; what follows then is the handler's affair.
        package let expectedStatus: Int?

        package var description: String { "\(route.method) \(route.template) as \(caller)" }

        /// The request, with made-up identifiers in the path.
        package func request(_ trust: TestTrust, in tenant: TenantID? = nil) throws -> HTTPRequest {
            try trust.request(route.method, RouteMatrix.samplePath(route), as: caller, in: tenant)
        }
    }

    package let entries: [Entry]

    /// All routes, each as nobody, as every role, as a stranger, with keys and past the gateway.
    package init(_ table: RouteTable) {
        entries = table.routes.flatMap { route in
            Self.callers(route).map {
                Entry(route: route, caller: $0, expectedStatus: Self.status(route, $0, at: table.service))
            }
        }
    }

    /// A path that matches a route's template.
    package static func samplePath(_ route: Route) -> String {
        var path = route.template.description
        for name in route.template.parameters {
            path = path.split(separator: "{\(name)}", omittingEmptySubsequences: false)
                .joined(separator: EventID.make().description)
        }
        return path
    }

    private static func callers(_ route: Route) -> [TestCaller] {
        guard !route.access.isInternal else { return [.anonymous] + ServiceName.allCases.map { .service($0) } }
        return [.anonymous, .intruder(.owner), .stranger(.owner)] + Role.allCases.map { .user($0) }
            + Scope.allCases.map { .apiKey([$0]) }
    }

    private static func status(_ route: Route, _ caller: TestCaller, at callee: ServiceName) -> Int? {
        if case .service(let name) = caller { return status(route, ServiceGrants.scopes(of: name, at: callee)) }
        if route.access.isInternal { return route.access.rule == .unguarded ? nil : 401 }
        // What stands in the field is somebody else's, and nobody's token here.
        if route.options.contains(.foreignCredential), case .intruder = caller { return 401 }
        if route.options.contains(.foreignCredential) { return nil }
        switch caller {
        case .intruder, .stranger, .user(.superAdmin): return 401
        default: break
        }
        if case .platform = route.access.rule { return 404 }
        switch (route.access.rule, caller) {
        case (.anybody, _): return nil
        case (_, .anonymous): return 401
        case (.signedIn, _): return nil
        case (.user, .user): return nil
        case (.permission(let permissions), .user(let role)):
            return permissions.contains(where: role.permissions.contains) ? nil : 403
        case (.permission(let permissions), .apiKey(let scopes)):
            let granted = scopes.flatMap(\.permissions)
            return permissions.contains(where: granted.contains) ? nil : 403
        default: return 403
        }
    }

    /// A service without any grant can only show a token that it made up.
    private static func status(_ route: Route, _ granted: Set<ServiceScope>) -> Int? {
        guard !granted.isEmpty else { return 401 }
        guard case .service(let scope?) = route.access.rule else { return nil }
        return granted.contains(scope) ? nil : 403
    }
}
