import Clients
import HTTP
import Models
import ServiceKit

/// What a tenant's former subdomain still does for the tenant: providers' hooks arrive, and a browser is shown the way.
///
/// A program that uses the API must be set right, so it is told instead of served.
enum FormerName {
    /// Whether a path is answered there as at the tenant's own name.
    static func serves(_ path: NormalisedPath) -> Bool { path.segments.first == "hooks" }

    /// The answer to a request at the former name; nil for a hook, which goes the usual way.
    static func answer(
        _ request: HTTPRequest, _ path: NormalisedPath, of tenant: FeedTenant, base: WebAddress
    ) throws(Failure) -> HTTPResponse? {
        if serves(path) { return nil }
        let home = base.below(tenant.subdomain)
        guard request.method == .get || request.method == .head, acceptsPage(request) else {
            throw Failure(.subdomainChanged, "The account is at \(home) now.")
        }
        let query = request.query.map { "?\($0)" } ?? ""
        return HTTPResponse(
            status: 308, headers: ["Location": "\(home)\(request.path)\(query)", "Cache-Control": "no-store"])
    }

    private static func acceptsPage(_ request: HTTPRequest) -> Bool {
        request.headers.all(named: "accept").contains { $0.lowercased().contains("text/html") }
    }
}
