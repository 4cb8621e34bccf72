import HTTP
import HTTPClient
import IO

/// The proxies in front of the gateway, and what is believed of them: where the client is and how it came.
///
/// A proxy adds what it knows at the end, so the fields are read from the right: the first address that is no trusted
/// proxy is the client's, whatever stands to its left was sent by the client itself.
struct TrustedProxies: Sendable {
    /// The field that the proxies write; a client could fill in the one that they do not.
    enum Field: String, CaseIterable, Sendable {
        case forwardedFor = "x-forwarded-for"
        /// RFC 7239.
        case forwarded
    }

    /// What is known of a client.
    struct Origin: Equatable {
        var address: String
        /// Nil when no trusted proxy has told.
        var scheme: String?
    }

    /// Proxies behind one another; what lies beyond is not looked at.
    private static let longestChain = 16

    let blocks: [AddressBlock]
    let field: Field

    /// Whether the other end of a connection is one of them.
    func contains(_ peer: SocketAddress) -> Bool {
        guard !blocks.isEmpty, let address = IPAddress(peer.host) else { return false }
        return contains(address)
    }

    private func contains(_ address: IPAddress) -> Bool { blocks.contains { $0.contains(address) } }

    /// The client of a request; the peer itself unless it is a trusted proxy.
    func origin(of request: HTTPRequest) -> Origin {
        guard contains(request.remote) else { return Origin(address: request.remote.host) }
        switch field {
        case .forwardedFor:
            let entries = Self.entries(request.headers, "x-forwarded-for", separator: ",")
            let hops = entries.map { Hop(address: $0, scheme: nil) }
            var origin = origin(of: hops, behind: request.remote.host)
            origin.scheme = Self.entries(request.headers, "x-forwarded-proto", separator: ",").last.flatMap(Self.scheme)
            return origin
        case .forwarded:
            let elements = ForwardedField.elements(request.headers.all(named: "forwarded"), limit: Self.longestChain)
            let hops = elements.map { Hop(address: $0["for"] ?? "", scheme: $0["proto"].flatMap(Self.scheme)) }
            return origin(of: hops, behind: request.remote.host)
        }
    }

    private struct Hop {
        var address: String
        var scheme: String?
    }

    private func origin(of hops: [Hop], behind peer: String) -> Origin {
        var found = Origin(address: peer)
        for hop in hops.reversed() {
            // What is hidden or no address ends the chain at the proxy that said so.
            guard let text = Self.host(hop.address), let address = IPAddress(text) else { break }
            found = Origin(address: text, scheme: hop.scheme)
            guard contains(address) else { break }
        }
        return found
    }

    /// The last entries of a list field.
    private static func entries(_ headers: HTTPHeaders, _ name: String, separator: Character) -> [String] {
        headers.all(named: name).flatMap { $0.split(separator: separator, omittingEmptySubsequences: false) }
            .suffix(longestChain).map { trimmed($0) }
    }

    private static func trimmed(_ text: Substring) -> String {
        var text = text
        while let first = text.first, first == " " || first == "\t" { text.removeFirst() }
        while let last = text.last, last == " " || last == "\t" { text.removeLast() }
        return String(text)
    }

    private static func scheme(_ text: String) -> String? {
        let text = text.lowercased()
        return text == "http" || text == "https" ? text : nil
    }

    /// The address of `1.2.3.4`, `1.2.3.4:5`, `::1`, `[::1]` and `[::1]:5`.
    private static func host(_ text: String) -> String? {
        if text.first == "[" {
            guard let end = text.firstIndex(of: "]"), isPort(text[text.index(after: end)...]) else { return nil }
            let inner = text[text.index(after: text.startIndex)..<end]
            return inner.contains(":") ? String(inner) : nil
        }
        let colons = text.utf8.count { $0 == UInt8(ascii: ":") }
        guard colons == 1, let colon = text.firstIndex(of: ":") else { return text }
        return isPort(text[colon...]) ? String(text[..<colon]) : nil
    }

    /// Nothing, or a colon and digits.
    private static func isPort(_ text: Substring) -> Bool {
        text.isEmpty
            || text.first == ":" && (2...6).contains(text.utf8.count)
                && text.utf8.dropFirst().allSatisfy { (0x30...0x39).contains($0) }
    }
}
