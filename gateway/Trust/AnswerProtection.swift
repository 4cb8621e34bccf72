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

    private static let json = Array("application/json".utf8)

    private enum Kind {
        case page, document, other
    }

    /// Adds what the answer does not say itself.
    static func apply(to headers: inout HTTPHeaders, of visit: Visit, _ state: ChangeFeedState) {
        headers.reserve(fields: 4, bytes: 160)
        headers.set("X-Content-Type-Options", "nosniff")
        if !headers.contains("cache-control") { headers.add("Cache-Control", "no-store") }
        let isForeign = visit.route?.kind == .visitor || visit.edge.isEmbeddable
        if !headers.contains("cross-origin-resource-policy") {
            headers.add("Cross-Origin-Resource-Policy", isForeign ? "cross-origin" : "same-origin")
        }
        switch kind(headers.slice(of: "content-type")) {
        case .other: return
        case .document: if !headers.contains("content-security-policy") { add(documentPolicy, to: &headers) }
        case .page:
            protectPage(&headers, framedBy: isForeign ? visit.tenant.map { state.origins(of: $0.id) } ?? [] : nil)
        }
        if !headers.contains("referrer-policy") {
            headers.add("Referrer-Policy", isForeign ? "strict-origin-when-cross-origin" : "same-origin")
        }
    }

    /// `origins` may show the page in a frame; nil when nobody may.
    private static func protectPage(_ headers: inout HTTPHeaders, framedBy origins: [String]?) {
        if !headers.contains("content-security-policy") {
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
