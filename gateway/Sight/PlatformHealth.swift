import Auth
import Clients
import HTTP
import JSON
import Models
import Suite

/// `GET /api/v1/platform/health`: how the suite is, for the platform's dashboard.
///
/// The gateway's own answer, since it alone sees every service: each with its copies, rates and latencies of the last minute, and since when
/// tenancy's feed is silent.
struct PlatformHealth {
    static let path = "/api/v1/platform/health"

    let board: UpstreamBoard
    let state: ChangeFeedState

    /// Nil for every other path; the platform's host alone has it, for whoever operates the platform.
    func answer(_ path: NormalisedPath, _ visit: Visit, _ principal: () throws -> Principal?) throws -> HTTPResponse? {
        guard path.count == 4, visit.request.path == Self.path else { return nil }
        guard visit.tenant?.id == .platform else { throw Failure(.notFound) }
        guard let principal = try principal() else {
            throw Failure(.unauthenticated, headers: [("WWW-Authenticate", "Bearer")])
        }
        guard principal.has(.platformOperate) else { throw Failure(.forbidden) }
        guard visit.request.method == .get || visit.request.method == .head else {
            throw Failure(.methodNotAllowed, headers: [("Allow", "GET, HEAD")])
        }
        return HTTPResponse(
            status: 200, headers: ["Content-Type": "application/json", "Cache-Control": "no-store"],
            body: .bytes(try JSON.encode(Document(services: board.document, feed: FeedStatus(state)))))
    }

    private struct Document: Codable {
        var services: JSONText
        var feed: FeedStatus
    }
}
