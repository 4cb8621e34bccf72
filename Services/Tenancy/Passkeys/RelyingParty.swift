import Crypto
import ServiceKit

/// The site that a passkey is for: one tenant's host, whole, so that no tenant's passkey works at another.
struct RelyingParty: Sendable {
    /// The host without its port.
    let id: String
    /// As browsers write it.
    let origin: String
    /// What people read when their device asks.
    let name: String

    /// A host of a tenant, under the scheme and port of `BASE_URL`: what a request says of these counts for nothing.
    init(host: String, base: WebAddress, name: String) {
        id = host
        let port = ":\(base.port)"
        origin = "\(base.scheme)://\(host)\(base.authority.hasSuffix(port) ? port : "")"
        self.name = name
    }

    /// Checks what the browser and the authenticator say of where, by whom and for what they were asked.
    func check(
        _ client: BrowserReport, _ authenticator: AuthenticatorReport, kind: BrowserReport.Kind
    ) throws(PasskeyFault) {
        guard client.kind == kind else { throw .wrongKind }
        guard client.origin == origin else { throw .wrongOrigin }
        guard !client.isFramed else { throw .framed }
        guard ConstantTime.areEqual(authenticator.partyDigest, SHA256.digest(id)) else { throw .wrongSite }
        let flags = authenticator.flags
        guard flags.contains(.userPresent) else { throw .userAbsent }
        // The device has asked for a PIN, a finger or a face: that and having the device are two factors.
        guard flags.contains(.userVerified) else { throw .userNotVerified }
        guard flags.contains(.backupEligible) || !flags.contains(.backedUp) else { throw .inconsistentBackup }
    }
}
