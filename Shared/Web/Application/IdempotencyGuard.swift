package import HTTP
package import Models

/// What makes a repeated request the same request.
package struct IdempotencyKey: Sendable, Hashable {
    package static let longest = 255

    package let key: String
    package let tenant: TenantID
    /// Kind and id of the caller, such as `user/0190…`.
    package let principal: String
    package let method: String
    /// The route's template, and the values in its place.
    package let route: String
    /// SHA-256 of the body.
    package let bodyDigest: [UInt8]
}

/// Keeps the answers of requests with an `Idempotency-Key`, and gives them again.
package protocol IdempotencyGuard: Sendable {
    /// Runs the body for a key's first request and keeps its answer, or gives the answer that was kept.
    ///
    /// Throws a `Failure` for a key that was used with another body and for one whose first request still runs.
    func run(_ key: IdempotencyKey, _ body: () async throws -> HTTPResponse) async throws -> HTTPResponse
}
