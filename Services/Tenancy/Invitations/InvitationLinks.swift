import Crypto
import ServiceKit

/// The links that people follow to set a password.
struct InvitationLinks: Sendable {
    let scheme: String
    /// The base domain with its port, if it is not the scheme's own.
    let authority: String

    init(_ base: WebAddress) {
        scheme = base.scheme
        authority = base.authority
    }

    /// The page of the tenant's host; the token stands in the fragment, which no server and no log gets to see.
    func url(of token: OpaqueToken, subdomain: String) -> String {
        let page =
            switch token.kind {
            case .passwordReset: "reset-password"
            case .impersonation: "impersonate"
            case .emailVerification: "confirm-setup-request"
            default: "accept-invitation"
            }
        return "\(scheme)://\(subdomain).\(authority)/\(page)#token=\(token.reveal())"
    }

    /// The page where a person shows that an address is theirs.
    func confirmation(of token: OpaqueToken, subdomain: String) -> String {
        page("confirm-email#token=\(token.reveal())", subdomain: subdomain)
    }

    /// By which a person keeps the address that another was to take the place of.
    func keeping(of token: OpaqueToken, subdomain: String) -> String {
        page("keep-email#token=\(token.reveal())", subdomain: subdomain)
    }

    /// A page of a host, without a token.
    func page(_ path: String, subdomain: String) -> String { "\(scheme)://\(subdomain).\(authority)/\(path)" }
}
