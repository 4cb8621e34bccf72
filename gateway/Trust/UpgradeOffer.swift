import HTTP
import Models

/// What a request for WebSocket must show before it is passed on.
///
/// Browsers send cookies and no preflight with such a request, whatever page asks, and they cannot set `Authorization`:
/// so the page's origin is looked at here, and a token may come as the subprotocol `bearer.<token>`.
struct UpgradeOffer {
    /// The subprotocols that the service may choose from.
    let protocols: [Substring]
    /// The `Sec-WebSocket-Accept` of the answer; nil over HTTP/2, where there is none.
    let accept: String?
    /// The subprotocol that was a token, if one was.
    private let bearer: Substring?

    private static let bearerPrefix = "bearer."
    private static let mostProtocols = 32

    /// Reads the offer, and puts the token of the subprotocols where every other request has it.
    init(_ request: inout HTTPRequest) throws {
        if request.isHTTP2 {
            accept = nil
        } else {
            guard request.headers.count(of: "sec-websocket-key") == 1,
                let key = request.headers["sec-websocket-key"].flatMap(WebSocketKey.init)
            else { throw Failure(.badRequest, "The handshake has no valid key.") }
            accept = key.accept
        }
        let lines = request.headers.all(named: "sec-websocket-protocol")
        guard !lines.isEmpty else {
            protocols = []
            bearer = nil
            return
        }
        let names = try Self.names(lines)
        let tokens = names.filter { $0.hasPrefix(Self.bearerPrefix) }
        protocols = names.filter { !$0.hasPrefix(Self.bearerPrefix) }
        bearer = tokens.first
        guard let token = tokens.first else { return }
        guard tokens.count == 1, !request.headers.contains("authorization") else {
            throw Failure(.badRequest, "The request has more than one credential.")
        }
        request.headers.set("Authorization", "Bearer \(token.dropFirst(Self.bearerPrefix.utf8.count))")
        request.headers.remove("sec-websocket-protocol")
        if !protocols.isEmpty {
            request.headers.add("Sec-WebSocket-Protocol", protocols.joined(separator: ", "))
        }
    }

    /// The names of a list over one or more lines; each once and each a token (RFC 6455, 4.1).
    private static func names(_ lines: [String]) throws -> [Substring] {
        let names = lines.flatMap { line in
            line.split(separator: ",", omittingEmptySubsequences: false).map(trimmed)
        }
        guard names.count <= mostProtocols, Set(names).count == names.count,
            names.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(isToken) })
        else { throw Failure(.badRequest, "The list of subprotocols is malformed.") }
        return names
    }

    private static func trimmed(_ name: Substring) -> Substring {
        var name = name
        while let first = name.utf8.first, first == 0x20 || first == 0x09 { name.removeFirst() }
        while let last = name.utf8.last, last == 0x20 || last == 0x09 { name.removeLast() }
        return name
    }

    private static func isToken(_ byte: UInt8) -> Bool {
        switch byte {
        case 0x30...0x39, 0x41...0x5a, 0x61...0x7a: true
        default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
        }
    }

    /// Refuses the pages of others (RFC 6455, 10.2); software that is no browser has no origin.
    static func checkOrigin(of visit: Visit, allowed: (String) -> Bool) throws {
        let origins = visit.request.headers.all(named: "origin")
        guard let origin = origins.first else { return }
        guard origins.count == 1, isOwn(origin, visit) || allowed(origin) else {
            throw Failure(.forbidden, "Pages of this origin may not connect.")
        }
    }

    /// Whether a page is of the host that it connects to; a page that came over TLS may also be of a host whose TLS is
    /// another's work.
    private static func isOwn(_ origin: String, _ visit: Visit) -> Bool {
        for scheme in ["https", visit.scheme] where origin.hasPrefix("\(scheme)://") {
            let port = scheme == "https" ? ":443" : ":80"
            func name(_ host: Substring) -> Substring { host.hasSuffix(port) ? host.dropLast(port.utf8.count) : host }
            return name(origin.lowercased().dropFirst(scheme.utf8.count + 3)) == name(visit.host.lowercased()[...])
        }
        return false
    }

    /// The fields of the service's answer as this client may have them; throws when it chose what nobody offered.
    func answered(_ headers: HTTPHeaders) throws -> HTTPHeaders {
        var headers = headers
        let chosen = headers.all(named: "sec-websocket-protocol")
        guard chosen.isEmpty || chosen.count == 1 && protocols.contains(chosen[0][...]) else {
            throw Failure(.upstreamUnavailable)
        }
        // A browser that has offered any goes no further without one, and it knows its own token.
        if chosen.isEmpty, let bearer { headers.set("Sec-WebSocket-Protocol", String(bearer)) }
        if let accept { headers.set("Sec-WebSocket-Accept", accept) }
        return headers
    }
}
