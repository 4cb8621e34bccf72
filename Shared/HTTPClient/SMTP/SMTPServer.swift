import CCurl

/// The mail server that letters are handed to, and how.
package struct SMTPServer: Sendable {
    package let host: String
    package let port: Int
    /// TLS from the first byte, as `smtps` says; else STARTTLS.
    package let isSecure: Bool
    let user: String?
    let password: String?
    /// Whether nothing is sent in clear: a server without STARTTLS is then refused.
    package var requiresTLS = true
    /// PEM of the only authorities to trust instead of the system's.
    package var trustedCertificates: [UInt8]?
    /// From the connection to the server's last answer.
    package var deadline: Duration = .seconds(60)

    /// Reads `smtp[s]://user:password@host:port`; nil for anything else.
    ///
    /// The ports of submission are the usual ones.
    package init?(_ url: String) {
        guard let parts = curl_url() else { return nil }
        defer { curl_url_cleanup(parts) }
        guard curl_url_set(parts, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = Self.part(parts, CURLUPART_SCHEME)?.lowercased(), scheme == "smtp" || scheme == "smtps",
            let host = Self.part(parts, CURLUPART_HOST), !host.isEmpty,
            (Self.part(parts, CURLUPART_PATH) ?? "/") == "/", Self.part(parts, CURLUPART_QUERY) == nil,
            Self.part(parts, CURLUPART_FRAGMENT) == nil
        else { return nil }
        isSecure = scheme == "smtps"
        self.host = host
        port = Self.part(parts, CURLUPART_PORT).flatMap { Int($0) } ?? (isSecure ? 465 : 587)
        user = Self.part(parts, CURLUPART_USER, CURLU_URLDECODE)
        password = Self.part(parts, CURLUPART_PASSWORD, CURLU_URLDECODE)
    }

    private static func part(_ parts: OpaquePointer, _ what: CURLUPart, _ flags: Int32 = 0) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parts, what, &value, UInt32(flags)) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
