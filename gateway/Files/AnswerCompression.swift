import HTTP
import IO

/// Compresses the answers of the API for clients that ask for it.
///
/// Only what is read: the answers to writes and to sign-in may hold a secret that is shown once, and how well a body
/// compresses tells of what is in it.
struct AnswerCompression: Sendable {
    /// Below it the head weighs as much as what is won.
    private static let smallest: Int64 = 1024
    /// Above it the loop's other clients would pay.
    private static let largest: Int64 = 16 << 20
    /// In the middle of both coders: an answer is compressed once and sent once, so time counts as much as size.
    private static let level = 4

    let pool: WorkerPool

    /// Takes off what `apply` has put behind the entity tags, so that the service sees its own.
    static func restoreTags(_ visit: Visit) {
        for name in ["if-none-match", "if-match"] {
            guard let tags = visit.request.headers[name] else { continue }
            for coding in ContentCoding.allCases where tags.contains("-\(coding.rawValue)\"") {
                visit.edge.tagCoding = coding
                let own = visit.request.headers.all(named: name).joined(separator: ", ")
                visit.request.headers.set(name, own.replacing("-\(coding.rawValue)\"", with: "\""))
            }
        }
    }

    /// Compresses an answer that gains by it, when the client asks for it.
    func apply(to response: inout HTTPResponse, of visit: Visit) async {
        if response.status == 304, let coding = visit.edge.tagCoding { return Self.mark(&response.headers, coding) }
        guard let coding = ContentCoding.preferred(by: visit.request.headers) else { return }
        if visit.request.method == .head {
            // Its length is not known before it is compressed.
            response.body = .stream(length: nil) { _ in }
        } else {
            guard let body = await response.body.compressed(coding, level: Self.level, on: pool) else { return }
            response.body = body
        }
        response.headers.set("Content-Encoding", coding.rawValue)
        response.headers.remove("Content-Length")
        response.headers.remove("Accept-Ranges")
        Self.mark(&response.headers, coding)
    }

    /// Whether an answer gains by being compressed, or names in its tag what has been.
    static func isWorthwhile(_ response: HTTPResponse, _ fields: AnswerFields, _ visit: Visit) -> Bool {
        if response.status == 304 { return visit.edge.tagCoding != nil }
        let method = visit.request.method
        guard method == .get || method == .head, response.status == 200, visit.edge.isNegotiated == false,
            visit.route?.kind != .signIn, visit.route?.kind != .stream
        else { return false }
        switch response.body {
        case .empty:
            guard method == .head, let length = response.headers["content-length"].flatMap(Int64.init),
                isInRange(length)
            else { return false }
        case .bytes(let bytes): guard isInRange(Int64(bytes.count)) else { return false }
        case .stream(let length?, _): guard isInRange(length) else { return false }
        case .stream(nil, _): break
        case .upgraded: return false
        }
        guard fields.contains(.contentType), fields.isDisjoint(with: [.coding, .cookie, .range]),
            let type = response.headers.slice(of: "content-type"),
            isJSON(type) || isCompressible(String(decoding: type, as: UTF8.self))
        else { return false }
        return !fields.contains(.cacheControl) || !forbidsChange(response.headers)
    }

    /// The usual answer, told without a string.
    private static func isJSON(_ type: ArraySlice<UInt8>) -> Bool {
        type.elementsEqual(json)
    }

    private static let json = Array("application/json".utf8)

    /// Whether caches may not change the answer, so that nobody else may either.
    private static func forbidsChange(_ headers: HTTPHeaders) -> Bool {
        let word = "no-transform"
        guard let value = headers.slice(of: "cache-control"), value.count >= word.utf8.count else { return false }
        return String(decoding: value, as: UTF8.self).lowercased().contains(word)
    }

    private static func isInRange(_ length: Int64) -> Bool { (smallest...largest).contains(length) }

    /// Texts, but no event streams, whose events are small and must not wait.
    static func isCompressible(_ contentType: String) -> Bool {
        let type = contentType.prefix { $0 != ";" && $0 != " " }.lowercased()
        if type.hasPrefix("text/") { return type != "text/event-stream" }
        switch type {
        case "application/json", "application/javascript", "application/xml", "image/svg+xml", "application/x-ndjson",
            "application/manifest+json":
            return true
        default: return type.hasPrefix("application/") && (type.hasSuffix("+json") || type.hasSuffix("+xml"))
        }
    }

    /// A strong tag names one sequence of bytes, so each coding has its own; `restoreTags` takes it off again.
    private static func mark(_ headers: inout HTTPHeaders, _ coding: ContentCoding) {
        guard let tag = headers["etag"], tag.hasSuffix("\"") else { return }
        headers.set("ETag", "\(tag.dropLast())-\(coding.rawValue)\"")
    }
}
