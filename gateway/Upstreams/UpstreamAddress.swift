import HTTPClient
import ServiceKit

/// One entry of a service's list: where one copy listens, or a name each of whose addresses is a copy.
struct UpstreamAddress: Sendable, Hashable {
    let endpoint: HTTPEndpoint
    /// Whether the name is looked up again and again and each of its addresses is a copy of its own.
    let isName: Bool

    /// Reads `http://host:port` or `dns+http://name:port`.
    init?(_ text: some StringProtocol) {
        let isName = text.hasPrefix("dns+")
        guard let address = WebAddress(String(isName ? text.dropFirst(4) : text[...])) else { return nil }
        self.init(address, isName: isName)
    }

    init?(_ address: WebAddress, isName: Bool = false) {
        guard !address.isSecure, address.path.isEmpty else { return nil }
        endpoint = HTTPEndpoint(host: address.host, port: address.port)
        self.isName = isName
    }

    /// Reads entries between commas; nil when one is wrong, there twice, or there is none.
    static func list(_ text: String) -> [UpstreamAddress]? {
        var found: [UpstreamAddress] = []
        for entry in text.split(separator: ",", omittingEmptySubsequences: false) {
            let words = entry.split(separator: " ")
            guard words.count == 1, let address = UpstreamAddress(words[0]), !found.contains(address) else {
                return nil
            }
            found.append(address)
        }
        return found.isEmpty ? nil : found
    }
}
