import HTTP

/// Which header fields cross the gateway, and in which direction.
enum HeaderHygiene {
    /// Fields of one connection (RFC 9110, 7.6.1), which are never passed on.
    private static let hopByHop: Set<String> = [
        "connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer",
        "transfer-encoding", "upgrade", "content-length", "expect",
    ]

    /// Fields by which a caller could pretend to be somewhere or someone else.
    private static let spoofable: Set<String> = [
        "forwarded", "x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-port",
        "x-forwarded-prefix",
        "x-real-ip", "x-original-url", "x-rewrite-url", "x-original-host", "x-host", "x-client-ip", "true-client-ip",
        "cf-connecting-ip", "x-http-method-override", "x-method-override",
    ]

    /// The fields of a request that are passed on to a service.
    ///
    /// Names with an underscore are dropped, since some servers take them for their hyphenated twins.
    static func forwarded(_ headers: HTTPHeaders) -> HTTPHeaders {
        let named = connectionNames(headers)
        var kept = headers
        kept.removeAll { name in
            hopByHop.contains(name) || spoofable.contains(name) || name.hasPrefix("x-switchboard-")
                || name.utf8.contains(UInt8(ascii: "_")) || named.contains(name)
        }
        return kept
    }

    /// The fields of a service's answer that are passed on to the client.
    static func answered(_ headers: HTTPHeaders) -> HTTPHeaders {
        let named = connectionNames(headers)
        var kept = headers
        kept.removeAll { name in
            hopByHop.contains(name) || name.hasPrefix("x-switchboard-") || name == "server" || name == "x-powered-by"
                || name == "date" || named.contains(name)
        }
        return kept
    }

    /// The fields that `Connection` names besides its options.
    private static func connectionNames(_ headers: HTTPHeaders) -> Set<String> {
        guard headers.contains("connection") else { return [] }
        var names = Set<String>()
        for value in headers.all(named: "connection") {
            for name in value.split(separator: ",") {
                names.insert(name.filter { $0 != " " && $0 != "\t" }.lowercased())
            }
        }
        return names
    }
}
