import HTTP
import Web

/// The cookie that keeps a sign-in under way in the browser that began it.
enum SingleSignOnCookie {
    /// `__Host-` ties the cookie to this host, TLS and the root path; browsers refuse that prefix over plain HTTP.
    private static func name(_ context: RequestContext) -> String {
        context.scheme == "https" ? "__Host-sso" : "sso"
    }

    /// Lax, since the browser comes back from another site.
    static func set(_ secret: String, _ context: RequestContext) -> String {
        let secure = context.scheme == "https" ? "; Secure" : ""
        let life = SingleSignOnAttemptStore.life.components.seconds
        return "\(name(context))=\(secret); Max-Age=\(life); Path=/; HttpOnly\(secure); SameSite=Lax"
    }

    static func read(_ headers: HTTPHeaders, _ context: RequestContext) -> String? {
        let wanted = name(context) + "="
        let pairs = headers.all(named: "cookie").flatMap { $0.split(separator: ";") }
        let found = pairs.lazy.map { $0.drop { $0 == " " } }.first { $0.hasPrefix(wanted) }
        return found.map { String($0.dropFirst(wanted.count)) }.flatMap { SingleSignOnAttempt.isOurs($0) ? $0 : nil }
    }
}
