import HTTP

/// Finds the route of a path and a method in a trie of segments.
///
/// A literal segment is preferred to a parameter; when the literal branch leads nowhere the parameter's is tried.
struct Router: Sendable {
    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let routes: [HTTPMethod: Route]

        init(_ routes: [Route], depth: Int) {
            var ending: [HTTPMethod: Route] = [:]
            var byLiteral: [String: [Route]] = [:]
            var byParameter: [Route] = []
            for route in routes {
                guard depth < route.template.segments.count else {
                    precondition(ending[route.method] == nil, "two routes for \(route.method) \(route.template)")
                    ending[route.method] = route
                    continue
                }
                switch route.template.segments[depth] {
                case .literal(let text): byLiteral[text, default: []].append(route)
                case .parameter: byParameter.append(route)
                }
            }
            self.routes = ending
            literals = byLiteral.mapValues { Node($0, depth: depth + 1) }
            parameter = byParameter.isEmpty ? nil : Node(byParameter, depth: depth + 1)
        }

        func find(_ path: ArraySlice<String>) -> Node? {
            guard let first = path.first else { return routes.isEmpty ? nil : self }
            if let found = literals[first]?.find(path.dropFirst()) { return found }
            // A parameter is never empty: `/calls/` is not `/calls/{id}`.
            return first.isEmpty ? nil : parameter?.find(path.dropFirst())
        }
    }

    /// What the router says of a request.
    enum Match {
        case route(Route)
        /// The path is there, the method is not; what is allowed, for `Allow`.
        case otherMethod(allowed: [String])
        case none
    }

    private let root: Node

    init(_ routes: [Route]) {
        root = Node(routes, depth: 0)
    }

    /// HEAD is answered by the route of GET.
    func match(_ method: HTTPMethod, _ path: [String]) -> Match {
        guard let node = root.find(path[...]) else { return .none }
        if let route = node.routes[method] { return .route(route) }
        if method == .head, let route = node.routes[.get] { return .route(route) }
        var allowed = node.routes.keys.map(\.rawValue)
        if node.routes[.get] != nil { allowed.append("HEAD") }
        return .otherMethod(allowed: allowed.sorted())
    }
}
