import Clients
import HTTP

/// The fields by which browsers treat an answer as no more than it is.
enum AnswerProtection {
    /// Nothing but the host's own files, and nothing inline.
    static let pagePolicy = """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; font-src 'self'; \
        connect-src 'self'; media-src 'self' blob:; manifest-src 'self'; worker-src 'self'; base-uri 'none'; \
        form-action 'self'
        """
    /// For what is no page and yet could run a script when it is opened.
    private static let documentPolicy = "default-src 'none'; style-src 'unsafe-inline'; sandbox; frame-ancestors 'none'"
    private static let permissions =
        "accelerometer=(), camera=(self), display-capture=(self), geolocation=(), gyroscope=(), magnetometer=(), "
        + "microphone=(self), midi=(), payment=(self), usb=()"

    /// What most answers get, ready to be sent; the first belongs to all.
    private static let sniffing: HTTPFieldLines = ["X-Content-Type-Options": "nosniff"]
    private static let storing: HTTPFieldLines = ["Cache-Control": "no-store"]
    private static let ownPages: HTTPFieldLines = ["Cross-Origin-Resource-Policy": "same-origin"]
    private static let anyPages: HTTPFieldLines = ["Cross-Origin-Resource-Policy": "cross-origin"]
    private static let usual: HTTPFieldLines = {
        var lines = sniffing
        lines.add(storing)
        lines.add(ownPages)
        return lines
    }()

    private static let json = Array("application/json".utf8)

    private enum Kind {
        case page, document, other
    }

    /// Adds what the answer does not say itself.
    static func apply(
        to response: inout HTTPResponse, _ fields: AnswerFields, of visit: Visit, _ state: ChangeFeedState
    ) {
        // With room for what follows: the request's id and where the client stands.
        response.lines.reserve(360)
        let isForeign = visit.route?.kind == .visitor || visit.edge.isEmbeddable
        if !isForeign, fields.isDisjoint(with: [.cacheControl, .resourcePolicy]) {
            response.lines.add(usual)
        } else {
            response.lines.add(sniffing)
            if !fields.contains(.cacheControl) { response.lines.add(storing) }
            if !fields.contains(.resourcePolicy) { response.lines.add(isForeign ? anyPages : ownPages) }
        }
        guard fields.contains(.contentType) else { return }
        switch kind(response.headers.slice(of: "content-type")) {
        case .other: return
        case .document: if !fields.contains(.securityPolicy) { add(documentPolicy, to: &response.headers) }
        case .page:
            protectPage(
                &response.headers, fields,
                framedBy: isForeign ? visit.tenant.map { state.origins(of: $0.id) } ?? [] : nil)
        }
        if !fields.contains(.referrerPolicy) {
            response.headers.add("Referrer-Policy", isForeign ? "strict-origin-when-cross-origin" : "same-origin")
        }
    }

    /// `origins` may show the page in a frame; nil when nobody may.
    private static func protectPage(
        _ headers: inout HTTPHeaders, _ fields: AnswerFields, framedBy origins: [String]?
    ) {
        if !fields.contains(.securityPolicy) {
            let frames = origins.map { (["'self'"] + $0).joined(separator: " ") } ?? "'none'"
            add("\(pagePolicy); frame-ancestors \(frames)", to: &headers)
        }
        // It knows no list of origins.
        if origins == nil { headers.set("X-Frame-Options", "DENY") }
        headers.set("Permissions-Policy", permissions)
        if origins == nil { headers.set("Cross-Origin-Opener-Policy", "same-origin") }
    }

    private static func add(_ policy: String, to headers: inout HTTPHeaders) {
        headers.add("Content-Security-Policy", policy)
    }

    private static func kind(_ contentType: ArraySlice<UInt8>?) -> Kind {
        guard let contentType else { return .other }
        // The usual answer, without making strings.
        if contentType.starts(with: json) { return .other }
        let type = String(decoding: contentType, as: UTF8.self).prefix { $0 != ";" && $0 != " " }.lowercased()
        switch type {
        case "text/html", "application/xhtml+xml": return .page
        default: return type.hasSuffix("xml") ? .document : .other
        }
    }
}
