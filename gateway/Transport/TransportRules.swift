import HTTP
import Models
import ServiceKit
import TLS

/// What a request gets for how it came: the way to https, the promise to stay there, an ACME client's answer.
///
/// Redirect and HSTS hold only for hosts with a certificate that browsers accept, and never for `localhost`: a browser
/// that was promised https does not come back without it.
struct TransportRules: Sendable {
    /// A year; without subdomains, since below a tenant's own domain there are others' hosts.
    private static let promise: HTTPFieldLines = ["Strict-Transport-Security": "max-age=31536000"]

    /// Whether a request could get anything but a challenge's answer: whether there are certificates.
    let isNeeded: Bool
    private let isTrusted: @Sendable (String) -> Bool
    private let port: Int
    private let challenges: ChallengeFolder?
    private let baseScheme: String
    private let baseHost: String

    init(
        isTrusted: (@Sendable (String) -> Bool)?, port: Int, baseURL: WebAddress, challenges: ChallengeFolder?
    ) {
        isNeeded = isTrusted != nil
        self.isTrusted = isTrusted ?? { _ in false }
        // The suite's own address tells the port that people reach, which may not be the one listened on.
        self.port = baseURL.isSecure ? baseURL.port : port
        baseScheme = baseURL.scheme
        baseHost = baseURL.host
        self.challenges = challenges
    }

    /// The rules of a gateway as it is configured.
    init(_ seat: ServiceSeat<GatewayConfiguration>, _ transport: SecureTransport?) {
        var isTrusted: (@Sendable (String) -> Bool)?
        if let certificates = transport?.certificates { isTrusted = { certificates.isTrusted($0) } }
        self.init(
            isTrusted: isTrusted,
            port: seat.configuration.transport.port, baseURL: seat.configuration.process.baseURL,
            challenges: seat.configuration.transport.challenges.map(ChallengeFolder.init))
    }

    /// How the request came, as its client sees it.
    ///
    /// Where the suite's own address says https and neither it nor this host has a certificate here that browsers accept,
    /// something in front ends TLS. A tenant's own domain may be without one while the suite's has it.
    func scheme(of request: HTTPRequest) -> String {
        if request.isSecure { return "https" }
        guard baseScheme == "https" else { return "http" }
        if let name = Self.name(of: request.headers["host"] ?? ""), isTrusted(name) { return "http" }
        return isTrusted(baseHost) ? "http" : baseScheme
    }

    /// What answers an ACME client's question; nil for all other requests.
    func challenge(_ visit: Visit) -> (() async throws -> HTTPResponse)? {
        guard let challenges, let token = ChallengeFolder.token(in: visit.path) else { return nil }
        return { try await challenges.answer(token, visit.request) }
    }

    /// The answer to a request that goes no further; nil for all others, which may get a field for their answer.
    func answer(_ visit: Visit) throws -> HTTPResponse? {
        guard !Self.isLocal(visit.host), let name = Self.name(of: visit.host), isTrusted(name) else { return nil }
        if visit.scheme == "https" {
            visit.answerLines.add(Self.promise)
            return nil
        }
        let path = visit.request.path
        guard path.hasPrefix("/") else { return nil }
        // A hook in clear has been read by others already, and providers do not follow.
        guard !path.hasPrefix("/hooks/") else { throw Failure(.insecureHook) }
        let query = visit.request.query.map { "?\($0)" } ?? ""
        let authority = port == 443 ? name : "\(name):\(port)"
        // 308, so that the method and the body stay what they were.
        return HTTPResponse(status: 308, headers: ["Location": "https://\(authority)\(path)\(query)"])
    }

    /// The name in a Host field, in lower case; nil for an address, which no certificate here has.
    private static func name(of host: String) -> String? {
        guard host.utf8.first != UInt8(ascii: "[") else { return nil }
        var written = Substring(host.utf8.prefix { $0 != UInt8(ascii: ":") })
        if written.utf8.last == UInt8(ascii: ".") { written.removeLast() }
        let name = written.utf8.contains { $0 &- 0x41 < 26 } ? written.lowercased() : String(written)
        return name.isEmpty ? nil : name
    }

    /// Whether a Host field names this machine, whatever comes before and behind the word.
    private static func isLocal(_ host: String) -> Bool {
        var host = host
        return host.withUTF8 { host in
            var end = host.firstIndex(of: UInt8(ascii: ":")) ?? host.count
            if end > 0, host[end - 1] == UInt8(ascii: ".") { end -= 1 }
            let start = end - "localhost".utf8.count
            guard start >= 0, UnsafeBufferPointer(rebasing: host[start..<end]).isCaseless("localhost") else {
                return false
            }
            return start == 0 || host[start - 1] == UInt8(ascii: ".")
        }
    }
}
