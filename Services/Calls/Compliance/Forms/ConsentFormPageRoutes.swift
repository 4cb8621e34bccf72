import HTTP
import Models

/// The public page on which a person says no: plain HTML that needs no script and sends nothing elsewhere.
enum ConsentFormPage {
    private static let policy =
        "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"

    /// The question; `address` shows enough for the person to know it.
    static func question(address: String) -> HTTPResponse {
        answer(
            200, "Do not contact me",
            """
            <p>This stops everything that is sent to \(MarkupText.escape(address)), and all calls to it.</p>
            <form method="post"><button type="submit">Do not contact me any more</button></form>
            """)
    }

    /// What came of it.
    static func done(address: String) -> HTTPResponse {
        answer(
            200, "You will not be contacted",
            "<p>\(MarkupText.escape(address)) is not contacted any more, from now on. Nothing else is needed.</p>")
    }

    /// For a link that was never given, or is too old.
    static var unknown: HTTPResponse {
        answer(404, "This link is not valid", "<p>It may be too old. Answer STOP to a text, or tell us by mail.</p>")
    }

    private static func answer(_ status: Int, _ title: String, _ content: String) -> HTTPResponse {
        let page = """
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <meta name="robots" content="noindex"><title>\(title)</title></head>
            <body><main><h1>\(title)</h1>
            \(content)
            </main></body></html>

            """
        return HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                "Content-Security-Policy": policy, "Referrer-Policy": "no-referrer",
                "X-Content-Type-Options": "nosniff",
            ], body: .bytes(Array(page.utf8)))
    }

    /// A number's last digits, or an address without most of its name.
    static func masked(_ subject: ContactSubject) -> String {
        switch subject.kind {
        case .phone: return "…" + subject.address.suffix(4)
        case .email:
            let parts = subject.address.split(separator: "@", maxSplits: 1)
            return "\(parts[0].prefix(1))…@\(parts.count > 1 ? parts[1] : "")"
        }
    }
}
