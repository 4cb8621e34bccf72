package import Auth
package import Clients
package import HTTPClient
import IO
package import Models
import ServiceKit
import Telemetry

/// One loop's part of the membership: what it knows of tenants, whose tokens it believes, and how it calls others.
///
/// Confined to its loop.
package final class SuiteMember: @unchecked Sendable {
    /// What the change feed has told.
    package let state: ChangeFeedState
    /// Verifies the tokens of people, keys and visitors.
    package let people: TokenVerifier
    /// Verifies the tokens of services that call this one.
    package let services: TokenVerifier
    /// The state as `Web` asks for it.
    package var knowledge: FeedKnowledge { FeedKnowledge(state) }
    package let http: InternalHTTPClient
    package let tokens: ServiceTokens
    private let process: ProcessConfiguration

    init(
        process: ProcessConfiguration, loop: EventLoop, state: ChangeFeedState, tenancy: HTTPEndpoint,
        secret: Secret<String>,
        logger: Logger
    ) throws {
        self.process = process
        self.state = state
        let issuer = process.baseURL.description
        people = try TokenVerifier(issuer: issuer, audience: TokenClaims.audience, keys: JWKS(keys: []))
        services = try TokenVerifier(issuer: issuer, audience: process.service.rawValue, keys: JWKS(keys: []))
        state.keepCurrent(people)
        state.keepCurrent(services)
        http = InternalHTTPClient(loop: loop)
        tokens = ServiceTokens(http: http, tenancy: tenancy, service: process.service, secret: secret, logger: logger)
    }

    /// Calls the `/internal` routes of another service.
    package func client(for callee: ServiceName) -> ServiceClient {
        ServiceClient(
            http: http, endpoint: SuiteMembership.endpoint(of: callee, process), callee: callee, tokens: tokens)
    }
}
