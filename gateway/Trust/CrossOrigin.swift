import Clients
import HTTP
import Models

/// Lets the web sites of a tenant call what visitors may call, and no others (the Fetch standard's CORS protocol).
///
/// The rest of the API has no cross-origin callers: the console is of the tenant's own host, and software has no origin.
enum CrossOrigin {
    private static let methods = "GET, HEAD, POST, PUT, PATCH, DELETE"
    private static let requestFields =
        "Authorization, Content-Type, Idempotency-Key, If-Match, If-None-Match, Last-Event-ID, Range, traceparent"
    private static let answerFields = """
        Content-Range, ETag, Location, RateLimit, RateLimit-Policy, Retry-After, WWW-Authenticate, X-Request-ID
        """

    /// The answer to a preflight; nil when the request is none.
    ///
    /// No service hears of it.
    static func preflight(_ visit: Visit, _ route: DoorRoute, _ state: ChangeFeedState) -> HTTPResponse? {
        let headers = visit.request.headers
        guard visit.request.method == .options, route.kind == .visitor, headers.contains("origin"),
            headers.contains("access-control-request-method")
        else { return nil }
        var answer: HTTPHeaders = ["Vary": "Access-Control-Request-Method, Access-Control-Request-Headers"]
        if allowedOrigin(visit, state) != nil {
            answer.add("Access-Control-Allow-Methods", methods)
            answer.add("Access-Control-Allow-Headers", requestFields)
            answer.add("Access-Control-Max-Age", "600")
        }
        return HTTPResponse(status: 204, headers: answer)
    }

    /// Says in an answer whether the page that asked may read it.
    static func mark(
        _ headers: inout HTTPHeaders, _ fields: AnswerFields, of visit: Visit, _ state: ChangeFeedState
    ) {
        // What a service says of origins is not believed: the list is the tenant's.
        if fields.contains(.crossOrigin) {
            for name in ["access-control-allow-origin", "access-control-allow-credentials"] { headers.remove(name) }
        }
        guard visit.route?.kind == .visitor else { return }
        headers.add("Vary", "Origin")
        guard let origin = allowedOrigin(visit, state) else { return }
        headers.add("Access-Control-Allow-Origin", origin)
        headers.set("Access-Control-Expose-Headers", answerFields)
    }

    /// The request's origin, when it is one of the tenant's.
    private static func allowedOrigin(_ visit: Visit, _ state: ChangeFeedState) -> String? {
        guard let tenant = visit.tenant, let origin = visit.request.headers["origin"],
            visit.request.headers.count(of: "origin") == 1, state.origins(of: tenant.id).contains(origin)
        else { return nil }
        return origin
    }
}
