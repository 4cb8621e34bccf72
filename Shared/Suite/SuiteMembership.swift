import Clients
import HTTPClient
import IO
import Models
package import ServiceKit
import Telemetry

/// What makes a process a member of the suite: its service tokens and the change feed, one of each for the process.
///
/// Made on the first loop, to which it is confined; `member(on:)` is asked on each loop.
package final class SuiteMembership: @unchecked Sendable {
    private let process: ProcessConfiguration
    private let loop: EventLoop
    private let feed: ChangeFeed
    private let tenancy: HTTPEndpoint
    private let secret: Secret<String>
    private let logger: Logger

    /// Prepares to follow the feed; `run` begins to.
    ///
    /// Throws when SERVICE_SECRET is not set: without it no other service would answer.
    package init<Configuration: ServiceConfiguration>(_ seat: ServiceSeat<Configuration>) throws(SuiteError) {
        process = seat.configuration.process
        loop = seat.loop
        logger = seat.logger
        guard let secret = process.serviceSecret else { throw .missingSecret }
        self.secret = secret
        tenancy = SuiteMembership.endpoint(of: .tenancy, process)
        let http = InternalHTTPClient(loop: loop)
        let tokens = ServiceTokens(
            http: http, tenancy: tenancy, service: process.service, secret: secret, logger: logger)
        feed = ChangeFeed(loop: loop, tenancy: tenancy, tokens: tokens, folder: process.dataFolder, logger: logger)
    }

    /// What one loop has of the membership; call it on that loop, before `run`.
    package func member<Configuration: ServiceConfiguration>(
        on seat: ServiceSeat<Configuration>
    ) async throws -> SuiteMember {
        let other = seat.loop
        let state = await loop.spawn { [self] in feed.state(on: other) }.value
        return try SuiteMember(
            process: process, loop: other, state: state, tenancy: tenancy, secret: secret, logger: logger)
    }

    /// Follows the feed until the task is cancelled; one of the running parts of the first loop.
    package func run() async {
        await feed.start()
        // A member stays one until its process stops, however long that is.
        while !Task.isCancelled {
            do { try await loop.sleep(for: .seconds(3600)) } catch { break }
        }
        await feed.stop()
    }

    /// The `/internal` listener of a service.
    static func endpoint(of service: ServiceName, _ process: ProcessConfiguration) -> HTTPEndpoint {
        if let url = process.internalURLs[service] { return HTTPEndpoint(host: url.host, port: url.port) }
        return HTTPEndpoint(host: "127.0.0.1", port: process.internalPort)
    }
}

/// Why a process cannot be a member.
package enum SuiteError: Error, CustomStringConvertible {
    case missingSecret

    package var description: String { "SERVICE_SECRET is not set; it is what the process shows to tenancy" }
}
