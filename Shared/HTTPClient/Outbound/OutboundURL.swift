import CCurl

/// An absolute http or https URL as curl reads it, so that what is checked is what is connected to.
struct OutboundURL: Sendable, Equatable {
    let text: String
    let scheme: String
    let host: String
    let port: Int
    let hasCredentials: Bool

    /// Reads an absolute URL; throws `invalidURL` for any other scheme than http and https.
    init(_ text: String) throws(OutboundHTTPError) {
        self = try Self.read { curl_url_set($0, CURLUPART_URL, text, 0) }
    }

    /// Where a `Location` of this URL's answer leads.
    func resolving(_ location: String) throws(OutboundHTTPError) -> OutboundURL {
        try Self.read { parts in
            let code = curl_url_set(parts, CURLUPART_URL, text, 0)
            guard code == CURLUE_OK else { return code }
            // Locations in the wild hold spaces and letters that should have been encoded.
            return curl_url_set(parts, CURLUPART_URL, location, UInt32(CURLU_URLENCODE))
        }
    }

    /// Whether credentials meant for the one may be shown to the other.
    func isSameOrigin(as other: OutboundURL) -> Bool {
        scheme == other.scheme && host == other.host && port == other.port
    }

    private init(text: String, scheme: String, host: String, port: Int, hasCredentials: Bool) {
        self.text = text
        self.scheme = scheme
        self.host = host
        self.port = port
        self.hasCredentials = hasCredentials
    }

    private static func read(_ fill: (OpaquePointer) -> CURLUcode) throws(OutboundHTTPError) -> OutboundURL {
        guard let parts = curl_url() else { throw .outOfResources }
        defer { curl_url_cleanup(parts) }
        guard fill(parts) == CURLUE_OK, let scheme = part(parts, CURLUPART_SCHEME)?.lowercased(),
            scheme == "http" || scheme == "https", let text = part(parts, CURLUPART_URL),
            let host = part(parts, CURLUPART_HOST)?.lowercased(), !host.isEmpty,
            let port = part(parts, CURLUPART_PORT, CURLU_DEFAULT_PORT).flatMap({ Int($0) })
        else { throw .invalidURL }
        let hasCredentials = part(parts, CURLUPART_USER) != nil || part(parts, CURLUPART_PASSWORD) != nil
        return OutboundURL(text: text, scheme: scheme, host: host, port: port, hasCredentials: hasCredentials)
    }

    private static func part(_ parts: OpaquePointer, _ what: CURLUPart, _ flags: Int32 = 0) -> String? {
        var value: UnsafeMutablePointer<CChar>?
        guard curl_url_get(parts, what, &value, UInt32(flags)) == CURLUE_OK, let value else { return nil }
        defer { curl_free(value) }
        return String(cString: value)
    }
}
