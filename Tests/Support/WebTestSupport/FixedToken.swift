import Clients
package import Models

/// Service tokens that are always the same.
package final class FixedToken: ServiceTokenSource {
    private let value: String?

    /// Without a value the token of a callee is its name, so that one server can stand where several services do.
    package init(_ value: String? = nil) { self.value = value }

    package func token(for callee: ServiceName) async throws -> String { value ?? callee.rawValue }
    package func heldToken(for callee: ServiceName) -> String? { value ?? callee.rawValue }
    package func drop(_ token: String, for callee: ServiceName) {}
}
