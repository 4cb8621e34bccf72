import Crypto
import HTTPClient
import Models

/// What all phone systems in tenants' own houses have in common: an address, and a certificate of their own making.
enum PBXAddress {
    /// An address without a path, with the port that such systems have when none is named.
    static func base(_ address: String, port: Int?) -> String {
        let scheme = address.hasPrefix("http://") ? "http://" : "https://"
        let rest = address.hasPrefix(scheme) ? address.dropFirst(scheme.count) : address[...]
        let authority = rest.prefix { $0 != "/" }
        // The colons of an IPv6 address stand before its bracket.
        let afterBracket = authority.lastIndex(of: "]") ?? authority.startIndex
        guard let port, !authority[afterBracket...].contains(":") else { return scheme + authority }
        return "\(scheme)\(authority):\(port)"
    }

    /// Path and query of an address.
    static func target(of url: String) -> String {
        guard let scheme = url.ranges(of: "://").first, let slash = url[scheme.upperBound...].firstIndex(of: "/") else {
            return "/"
        }
        return String(url[slash...])
    }

    /// The key of the certificate that the connection names; throws for one that is none, instead of trusting anybody.
    static func pinnedKey(_ connection: InternalAPI.Connection) throws -> String? {
        guard let certificate = connection.settings["certificate"], !certificate.isEmpty else { return nil }
        guard let key = CertificatePin.key(ofPEM: certificate) else {
            throw ProviderError(.invalid, "The connection's certificate is none that can be read.")
        }
        return key
    }

    /// What the network did, with what to do about a certificate.
    static func failure(_ error: OutboundHTTPError, isPinned: Bool) -> ProviderError {
        guard error == .tlsFailed else { return ProviderError(error) }
        let detail =
            isPinned
            ? "The PBX's certificate is not the one that the connection names."
            : "The PBX's certificate is not one that everybody trusts; give it to the connection as `certificate`."
        return ProviderError(.credentials, detail)
    }
}
