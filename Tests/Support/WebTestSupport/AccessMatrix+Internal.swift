package import HTTP
import JSON
import Models
package import Web

/// Every route of an internal listener with everybody who could reach it.
package struct InternalAccessMatrix: Sendable {
    private let table: RouteTable

    /// All routes for other services.
    package init(_ table: RouteTable) { self.table = table }

    /// Sends each request; what was answered otherwise than the table and the grants say.
    package func run(_ trust: TestTrust, _ send: (HTTPRequest) async throws -> HTTPResponse) async throws -> [String] {
        var wrong: [String] = []
        let callers: [TestCaller] =
            [.anonymous, .user(.owner), .superAdmin(PlatformArea.allCases), .apiKey(Set(Scope.allCases)), .visitor]
            + ServiceName.allCases.map { .service($0) }
        for route in table.routes {
            for caller in callers {
                for namesTenant in [true, false] {
                    let response = try await send(try request(route, caller, namesTenant, trust))
                    let expected = refusal(of: caller, at: route, namesTenant)
                    let isRight =
                        try expected.map { try response.status == $0.status && response.problem().code == $0.rawValue }
                        ?? !Self.isRefused(response)
                    guard !isRight else { continue }
                    wrong.append(
                        "\(route.method) \(route.template), \(caller)\(namesTenant ? "" : ", of no tenant"): "
                            + "\(response.status), not \(expected.map { "\($0.status) \($0)" } ?? "to be let in")")
                }
            }
        }
        return wrong
    }

    /// Whether an answer is one of a guard, or of what comes before it.
    private static func isRefused(_ response: HTTPResponse) throws -> Bool {
        guard [400, 401, 403].contains(response.status) else { return false }
        return [ErrorCode.badRequest, .unauthenticated, .invalidToken, .forbidden].map(\.rawValue)
            .contains(try response.problem().code)
    }

    private func refusal(of caller: TestCaller, at route: Route, _ namesTenant: Bool) -> ErrorCode? {
        var granted: Set<ServiceScope> = []
        switch caller {
        case .anonymous: break
        case .service(let name):
            granted = ServiceGrants.scopes(of: name, at: table.service)
            // Whoever was granted nothing can only show a token that it made up.
            if granted.isEmpty { return .invalidToken }
        default: return .invalidToken
        }
        if !namesTenant, !route.options.contains(.withoutTenant) { return .badRequest }
        switch route.access.rule {
        case .unguarded: return nil
        case _ where caller == .anonymous: return .unauthenticated
        case .service(let scope): return scope.map(granted.contains) ?? true ? nil : .forbidden
        default: return .forbidden
        }
    }

    private func request(
        _ route: Route, _ caller: TestCaller, _ namesTenant: Bool, _ trust: TestTrust
    ) throws -> HTTPRequest {
        let path = RouteMatrix.samplePath(route)
        var request =
            route.method == .get
            ? try trust.request(.get, path, as: caller)
            : try trust.request(route.method, path, as: caller, json: JSONValue.object([]))
        if !namesTenant { request.headers.remove("X-Switchboard-Tenant") }
        return request
    }
}
