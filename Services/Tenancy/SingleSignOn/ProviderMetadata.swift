import JSON

/// What a provider says of itself (OpenID Connect Discovery 1.0), as far as it is used, checked.
struct ProviderMetadata: Sendable, Equatable {
    /// How the client shows who it is at the token endpoint.
    enum ClientAuthentication: Sendable, Equatable {
        case basic, post
    }

    private static let longestURL = 2000

    let issuer: String
    let authorizationEndpoint: String
    let tokenEndpoint: String
    let keysURL: String
    /// Where it says more of the person than in its tokens (OpenID Connect Core 1.0, section 5.3).
    let userInfoEndpoint: String?
    let clientAuthentication: ClientAuthentication

    /// Where the document of an issuer stands (section 4).
    static func url(of issuer: String) -> String {
        var base = issuer
        while base.hasSuffix("/") { base.removeLast() }
        return base + "/.well-known/openid-configuration"
    }

    /// Nil for a document of another issuer, or one that lacks what is needed.
    init?(_ document: JSONValue, issuer: String) {
        guard case .string(issuer)? = document["issuer"],
            let authorization = Self.endpoint("authorization_endpoint", document, issuer),
            let token = Self.endpoint("token_endpoint", document, issuer),
            let keys = Self.endpoint("jwks_uri", document, issuer)
        else { return nil }
        let methods = Self.texts("code_challenge_methods_supported", document)
        // A provider that names its methods of PKCE and not this one would ignore the challenge.
        guard methods?.contains("S256") ?? true else { return nil }
        self.issuer = issuer
        authorizationEndpoint = authorization
        tokenEndpoint = token
        keysURL = keys
        userInfoEndpoint = Self.endpoint("userinfo_endpoint", document, issuer)
        let shown = Self.texts("token_endpoint_auth_methods_supported", document) ?? ["client_secret_basic"]
        clientAuthentication =
            shown.contains("client_secret_basic") || !shown.contains("client_secret_post") ? .basic : .post
    }

    private static func texts(_ name: String, _ document: JSONValue) -> [String]? {
        guard case .array(let elements)? = document[name] else { return nil }
        return elements.compactMap { if case .string(let text) = $0 { text } else { nil } }
    }

    private static func endpoint(_ name: String, _ document: JSONValue, _ issuer: String) -> String? {
        guard case .string(let url)? = document[name], isURL(url), !url.contains("#") else { return nil }
        // An issuer that is reached over TLS has nothing in clear.
        return url.hasPrefix("https://") || issuer.hasPrefix("http://") ? url : nil
    }

    /// https everywhere, http for a provider on this machine alone: the guard of addresses decides whether it is asked.
    static func isURL(_ text: String) -> Bool {
        guard text.utf8.count <= longestURL,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F && !"\"<>\\^`{|}".utf8.contains($0) })
        else { return false }
        if text.hasPrefix("https://") { return host(text.dropFirst(8)) != nil }
        guard text.hasPrefix("http://"), let host = host(text.dropFirst(7)) else { return false }
        return ["localhost", "127.0.0.1", "[::1]"].contains(host)
    }

    /// The host without its port; nil when there is none, or a name or password before it.
    private static func host(_ rest: Substring) -> Substring? {
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.isEmpty, !authority.contains("@") else { return nil }
        if authority.hasPrefix("[") { return authority.firstIndex(of: "]").map { authority[...$0] } }
        let host = authority.prefix { $0 != ":" }
        return host.isEmpty ? nil : host
    }
}
