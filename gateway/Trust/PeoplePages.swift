import Crypto
import HTTP

/// What a person sees who opens an address that leads nowhere; constant, so that it tells nothing of whose it is.
enum PeoplePages {
    static let unknown = page(
        status: 404, title: "There is nothing here", text: "Check the address, or ask whoever gave it to you.")
    static let suspended = page(
        status: 403, title: "This account is suspended",
        text: #"If it is yours, <a href="/console/">sign in</a> to see what is due and to take your data out."#)

    /// Whether whoever asks is a browser that shows a page.
    static func areWanted(by request: HTTPRequest) -> Bool {
        guard request.method == .get || request.method == .head, let accept = request.headers["accept"] else {
            return false
        }
        return accept.split(separator: ",").contains { element in
            let parts = element.lowercased().split(separator: ";").map { $0.filter { $0 != " " && $0 != "\t" } }
            return parts.first == "text/html" && !parts.dropFirst().contains { isNone($0) }
        }
    }

    private static func isNone(_ parameter: String) -> Bool {
        parameter.hasPrefix("q=") && parameter.dropFirst(2).allSatisfy { $0 == "0" || $0 == "." }
    }

    private static let style = """
        body{font:17px/1.6 system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:0 1.5rem;color:#1c1c1e;background:#fff}
        h1{font-size:1.5rem}a{color:#0a5bd3}
        @media(prefers-color-scheme:dark){body{background:#1c1c1e;color:#eee}a{color:#7fb2ff}}
        """

    private static func page(status: Int, title: String, text: String) -> HTTPResponse {
        let policy = """
            default-src 'none'; style-src 'sha256-\(Base64.standard.encode(SHA256.digest(style)))'; \
            frame-ancestors 'none'; base-uri 'none'; form-action 'none'
            """
        let html = """
            <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
            <meta name="viewport" content="width=device-width,initial-scale=1"><style>\(style)</style></head>
            <body><main><h1>\(title)</h1><p>\(text)</p></main></body></html>
            """
        return HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                "Content-Security-Policy": policy,
            ], body: .bytes(Array(html.utf8)))
    }
}
