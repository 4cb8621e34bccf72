import HTTP
import Models
import Web

/// The cookie that carries a browser's refresh token.
enum RefreshCookie {
    /// `__Host-` ties the cookie to this host, TLS and the root path; browsers refuse that prefix over plain HTTP.
    private static func name(_ context: RequestContext) -> String {
        context.scheme == "https" ? "__Host-refresh" : "refresh"
    }

    /// The field that sets the cookie for the life of a session.
    static func set(_ token: String, _ context: RequestContext) -> String {
        field("\(name(context))=\(token)", maxAge: RefreshToken.life.components.seconds, context)
    }

    /// The field that removes it.
    static func clear(_ context: RequestContext) -> String { field("\(name(context))=", maxAge: 0, context) }

    private static func field(_ pair: String, maxAge: Int64, _ context: RequestContext) -> String {
        let secure = context.scheme == "https" ? "; Secure" : ""
        return "\(pair); Path=/; HttpOnly; SameSite=Strict; Max-Age=\(maxAge)\(secure)"
    }

    /// The token of a request's cookie.
    ///
    /// A browser sends cookies by itself, so the request must also show that a page of this very host made it: an
    /// `Origin` equal to the host and a content type that no form can have. 403 otherwise.
    static func read(_ headers: HTTPHeaders, _ context: RequestContext) throws(Failure) -> String? {
        let wanted = name(context) + "="
        let pairs = headers.all(named: "cookie").flatMap { $0.split(separator: ";") }
        let found = pairs.lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix(wanted) }
        guard let found else { return nil }
        let type = headers["content-type"]?.split(separator: ";").first.map { $0.filter { $0 != " " }.lowercased() }
        guard headers["origin"]?.lowercased() == "\(context.scheme)://\(context.host)".lowercased(),
            type == "application/json"
        else {
            throw Failure(.forbidden, "A refresh by cookie needs the Origin of its own host and a JSON content type.")
        }
        return String(found.dropFirst(wanted.count))
    }
}
