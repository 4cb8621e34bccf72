import HTTP
import Models
import Telemetry

/// The mailbox on the operator's listener: the last letters, and what those say that are kept for want of a mail server.
struct MailboxRoutes: Sendable {
    static let path = "/mailbox"

    let store: MailboxStore
    let seal: MailSeal
    let logger: Logger

    func answer(_ request: HTTPRequest) async -> HTTPResponse {
        // A page elsewhere whose name suddenly leads here would read the letters with the operator's browser.
        guard Self.isLoopback(request.headers["host"] ?? "") else { return Self.page(421, "Not this host", "") }
        do {
            if request.path == Self.path {
                return Self.page(200, "Mailbox", MailboxPage.list(try await store.latest()))
            }
            let ids = request.path.dropFirst(Self.path.utf8.count + 1).split(
                separator: "/", omittingEmptySubsequences: false
            ).map(String.init)
            guard ids.count == 2, let tenant = Self.id(ids[0], TenantID.self), let id = Self.id(ids[1], MailID.self),
                let sealed = try await store.kept(id, in: tenant)
            else { return Self.page(404, "No such letter", MailboxPage.missing) }
            let mail = try seal.open(sealed, id, of: tenant)
            return Self.page(200, mail.subject, MailboxPage.letter(mail))
        } catch {
            logger.error("Mailbox could not be read", [.error("error", error)])
            return Self.page(503, "The mailbox cannot be read now", "")
        }
    }

    private static func id<ID: EntityID>(_ text: String, _ type: ID.Type) -> ID? {
        do { return try ID(jsonText: text) } catch { return nil }
    }

    static func isLoopback(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? host.prefix { $0 != "]" } : host.prefix { $0 != ":" }
        return ["localhost", "127.0.0.1", "[::1"].contains(name.lowercased())
    }

    private static func page(_ status: Int, _ title: String, _ content: String) -> HTTPResponse {
        HTTPResponse(
            status: status,
            headers: [
                "Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store",
                "Content-Security-Policy":
                    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
                "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff",
            ], body: .bytes(Array(MailboxPage.document(title, content).utf8)))
    }
}
