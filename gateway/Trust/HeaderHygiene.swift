import HTTP

/// Which header fields cross the gateway, and in which direction.
enum HeaderHygiene {
    /// Fields of one connection (RFC 9110, 7.6.1), which are never passed on.
    private static let hopByHop = HeaderNames(
        """
        connection keep-alive proxy-authenticate proxy-authorization proxy-connection te trailer transfer-encoding upgrade
        content-length expect sec-websocket-key sec-websocket-accept
        """)

    /// Fields by which a caller could pretend to be somewhere or someone else.
    private static let spoofable = HeaderNames(
        """
        forwarded x-real-ip x-original-url x-rewrite-url x-original-uri x-original-host x-original-method x-host x-client-ip
        x-cluster-client-ip x-remote-ip x-remote-addr true-client-ip cf-connecting-ip fastly-client-ip x-azure-clientip
        x-envoy-external-address x-appengine-user-ip client-ip remote-addr x-url-scheme x-scheme front-end-https
        x-http-method-override x-http-method x-method-override x-remote-user remote-user x-user x-authenticated-user
        x-client-cert x-client-verify x-client-dn via proxy
        """)

    /// Beginnings of names that proxies make up; whatever follows, no caller has them.
    private static let spoofablePrefixes = ["x-switchboard-", "x-forwarded", "x-ssl-"].map { Array($0.utf8) }

    /// Both: what no request brings along.
    private static let refused = hopByHop.union(spoofable)

    /// Those, and what the door writes itself.
    private static let rewritten = refused.union(HeaderNames("x-request-id traceparent"))

    /// Fields of an answer that tell what lies behind, and `Date`, which is ours.
    private static let telling = HeaderNames(
        """
        server x-powered-by date via x-runtime x-generator x-served-by x-backend x-backend-server x-upstream x-cache
        x-cache-hits x-server x-instance x-hostname x-aspnet-version x-aspnetmvc-version x-debug x-timer alt-svc
        """)

    private static let withheld = hopByHop.union(telling)

    private static let ownPrefix = Array("x-switchboard-".utf8)

    /// The fields of a request that are passed on to a service.
    ///
    /// Names with an underscore are dropped, since some servers take them for their hyphenated twins.
    static func forwarded(_ headers: HTTPHeaders) -> HTTPHeaders { forwarded(headers, without: refused) }

    /// The same without those that the door writes itself.
    static func rewritten(_ headers: HTTPHeaders) -> HTTPHeaders { forwarded(headers, without: rewritten) }

    private static func forwarded(_ headers: HTTPHeaders, without refused: HeaderNames) -> HTTPHeaders {
        let named = connectionNames(headers)
        var kept = headers
        kept.removeAll(whereName: { name in
            refused.contains(name) || isSpoofable(name) || name.contains(UInt8(ascii: "_"))
                || (named?.contains(name) ?? false)
        })
        return kept
    }

    /// The fields of a service's answer that are passed on to the client.
    static func answered(_ headers: HTTPHeaders) -> HTTPHeaders {
        let named = connectionNames(headers)
        var kept = headers
        kept.removeAll(whereName: { name in
            withheld.contains(name) || isOwn(name) || (named?.contains(name) ?? false)
        })
        return kept
    }

    private static func isSpoofable(_ name: UnsafeBufferPointer<UInt8>) -> Bool {
        guard name.first.map({ $0 | 0x20 }) == UInt8(ascii: "x") else { return false }
        return spoofablePrefixes.contains { name.startsCaseless($0) }
    }

    private static func isOwn(_ name: UnsafeBufferPointer<UInt8>) -> Bool { name.startsCaseless(ownPrefix) }

    /// The fields that `Connection` names besides its options; nil for the usual, which names none.
    private static func connectionNames(_ headers: HTTPHeaders) -> HeaderNames? {
        guard let first = headers["connection"] else { return nil }
        if first.utf8.count == 10, first.lowercased() == "keep-alive" { return nil }
        let names = headers.all(named: "connection").joined(separator: " ")
        return HeaderNames(names.lowercased().replacingCommas())
    }
}

extension String {
    fileprivate func replacingCommas() -> String { String(map { $0 == "," ? " " : $0 }) }
}
