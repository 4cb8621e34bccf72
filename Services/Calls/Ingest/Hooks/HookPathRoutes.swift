import HTTP
import Models
import Web

extension ProviderHook {
    /// The provider that the path names, and what follows the connection's id in it.
    var path: (provider: String, rest: [String], query: String?) {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        let segments = (parts.first ?? "").split(separator: "/").map(String.init)
        let query = parts.count == 2 ? String(parts[1]) : nil
        guard segments.count >= 4 else { return ("", [], query) }
        return (segments[2], Array(segments.dropFirst(4)), query)
    }

    /// The hook as adapters read it.
    var payload: HookPayload {
        let path = path
        return HookPayload(
            method: method, rest: path.rest, query: path.query, contentType: headers["content-type"], body: body,
            receivedAt: receivedAt)
    }

    /// The public address without what follows the connection's id.
    var hookURL: String {
        let path = path
        let base = url.split(separator: "?", maxSplits: 1).first.map(String.init) ?? url
        let rest = path.rest.joined(separator: "/")
        return rest.isEmpty ? base : String(base.dropLast(rest.utf8.count + 1))
    }
}

extension HookPayload {
    /// The method as a row holds it.
    var methodName: String { method.rawValue }

    init(
        methodName: String, rest: [String], query: String?, contentType: String?, body: [UInt8],
        receivedAt: Timestamp
    ) {
        self.init(
            method: HTTPMethod(methodName), rest: rest, query: query, contentType: contentType, body: body,
            receivedAt: receivedAt)
    }
}
