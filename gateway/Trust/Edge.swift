import Clients
import HTTP
import Models

/// What the door believes of a request before it looks at it, and what it adds to an answer before it leaves.
///
/// Confined to its loop.
final class Edge: @unchecked Sendable {
    private let proxies: TrustedProxies
    private let state: ChangeFeedState
    private let sites: StaticSites
    private let compression: AnswerCompression

    init(proxies: TrustedProxies, state: ChangeFeedState, sites: StaticSites, compression: AnswerCompression) {
        self.proxies = proxies
        self.state = state
        self.sites = sites
        self.compression = compression
    }

    /// Finds out where the client is, as far as the proxies in front are believed.
    func enter(_ visit: Visit) {
        if !proxies.blocks.isEmpty {
            let origin = proxies.origin(of: visit.request)
            visit.clientAddress = origin.address
            if let scheme = origin.scheme { visit.scheme = scheme }
        }
    }

    /// Refuses what no service is to see; answers what none needs to.
    func admit(_ visit: Visit, to route: DoorRoute) throws(Failure) -> HTTPResponse? {
        if let answer = CrossOrigin.preflight(visit, route, state) { return answer }
        // What else stays open to the owner of a suspended tenant the services' routes say.
        if visit.tenant?.status == .suspended, route.kind == .visitor || route.kind == .stream {
            throw Failure(.tenantSuspended)
        }
        // What follows an upgrade is no body.
        if visit.request.upgrade == nil { try BodyTypes.check(visit, route) }
        if visit.fields.contains(.tags) { AnswerCompression.restoreTags(visit) }
        return nil
    }

    /// Whether a page of this origin may do what visitors of the tenant may.
    func allows(_ origin: String, _ visit: Visit) -> Bool {
        guard visit.route?.kind == .visitor, let tenant = visit.tenant else { return false }
        return state.origins(of: tenant.id).contains(origin)
    }

    /// The answer to a path that no service has: a file, or 404.
    func file(at path: NormalisedPath, for visit: Visit) async throws -> HTTPResponse {
        if visit.tenant?.status == .suspended, path.segments.first != "console" { throw Failure(.tenantSuspended) }
        guard let answer = try await sites.answer(path, visit) else { throw Failure(.notFound) }
        return answer
    }

    /// Completes an answer, whoever has given it; true when it gains by being compressed.
    func leave(_ response: inout HTTPResponse, _ visit: Visit) -> Bool {
        // The connection is no longer one of HTTP.
        if response.status == 101 {
            AnswerFields.removeOwn(from: &response.headers)
            return false
        }
        if let page = page(instead: response, for: visit) { response = page }
        let fields = AnswerFields(response.headers)
        if fields.contains(.own) { AnswerFields.removeOwn(from: &response.headers) }
        CrossOrigin.mark(&response.headers, fields, of: visit, state)
        if visit.edge.isEmbeddable { response.headers.set("Access-Control-Allow-Origin", "*") }
        AnswerProtection.apply(to: &response, fields, of: visit, state)
        guard AnswerCompression.isWorthwhile(response, fields, visit) else { return false }
        if response.status == 304 { return true }
        response.lines.add(Self.varying)
        return visit.fields.contains(.codings) && ContentCoding.preferred(by: visit.request.headers) != nil
    }

    private static let varying: HTTPFieldLines = ["Vary": "Accept-Encoding"]

    /// Compresses an answer for a client that asks for it.
    func compress(_ response: inout HTTPResponse, _ visit: Visit) async {
        await compression.apply(to: &response, of: visit)
    }

    private func page(instead response: HTTPResponse, for visit: Visit) -> HTTPResponse? {
        let page: HTTPResponse
        switch response.status {
        case 404 where visit.tenant == nil: page = PeoplePages.unknown
        case 403 where visit.tenant?.status == .suspended: page = PeoplePages.suspended
        default: return nil
        }
        return PeoplePages.areWanted(by: visit.request) ? page : nil
    }
}

/// What the edge notes of one request.
struct EdgeNotes {
    /// The coding that the client's entity tags named.
    var tagCoding: ContentCoding?
    /// The answer is in the form that suits the client already.
    var isNegotiated = false
    /// The answer is a file of the widget, for pages of any origin.
    var isEmbeddable = false
}
