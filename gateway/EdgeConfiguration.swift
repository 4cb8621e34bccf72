import HTTPClient
import IO
import ServiceKit

/// The settings of what stands in front of the gateway and of the files that it serves.
struct EdgeConfiguration: Sendable {
    let proxies: TrustedProxies
    /// Whether each connection begins with a PROXY header of a trusted proxy.
    let expectsProxyHeader: Bool
    /// Nil: none is served.
    let consoleFolder: String?
    let widgetFolder: String?

    init(_ environment: inout Environment) {
        let example = "10.0.0.0/8,2001:db8::/32"
        var blocks: [AddressBlock] = []
        for text in environment.list(
            "TRUSTED_PROXIES", "the proxies that are believed about clients' addresses, as addresses or blocks",
            example: example)
        {
            if let block = AddressBlock(text) ?? AddressBlock(text + (text.contains(":") ? "/128" : "/32")) {
                blocks.append(block)
            } else {
                environment.fault("TRUSTED_PROXIES", "has an entry that is no block of addresses", example: example)
            }
        }
        let field = environment.choice(
            "FORWARDED_FIELD", "the field in which they say where a client is",
            default: TrustedProxies.Field.forwardedFor)
        proxies = TrustedProxies(blocks: blocks, field: field)
        expectsProxyHeader = environment.flag(
            "PROXY_PROTOCOL", "whether they begin each connection with a PROXY header of version 2", default: false)
        if expectsProxyHeader, blocks.isEmpty {
            environment.fault("TRUSTED_PROXIES", "must be set with PROXY_PROTOCOL", example: example)
        }
        consoleFolder = Self.folder(&environment, "CONSOLE_DIR", "the console's files")
        widgetFolder = Self.folder(&environment, "WIDGET_DIR", "the widget's files")
    }

    /// Whose PROXY headers are read; nil when none are expected.
    var proxyHeaderPeers: (@Sendable (SocketAddress) -> Bool)? {
        guard expectsProxyHeader else { return nil }
        return { [proxies] peer in proxies.contains(peer) }
    }

    private static func folder(_ environment: inout Environment, _ name: String, _ help: String) -> String? {
        guard let path = environment.optionalText(name, help, example: "/usr/share/switchboard/console") else {
            return nil
        }
        guard path.hasPrefix("/") else {
            environment.fault(name, "must be an absolute path", example: "/usr/share/switchboard/console")
            return nil
        }
        return path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    }
}
