import Crypto
import Models

/// Links by which one person takes consent back: the number or the address travels sealed within them.
struct ConsentLinks: Sendable {
    /// Longer than any letter is kept that has one.
    static let life = Duration.seconds(400 * 86_400)
    private static let longest = 600

    /// Nil where routes are only described.
    let secrets: SecretBox?

    private func place(_ tenant: TenantID) -> SecretPlace {
        SecretPlace(
            tenant: tenant.description, table: "consent_links", column: "address", row: tenant.description)
    }

    /// A token for a person, and until when it is good.
    func make(for subject: ContactSubject, in tenant: TenantID) throws -> (token: String, expiresAt: Timestamp) {
        guard let secrets else { throw Failure(.unavailable) }
        let expiresAt = Timestamp(seconds: (Timestamp.now() + Self.life).seconds)
        let sealed = try secrets.seal(
            "\(expiresAt.seconds) \(subject.kind.rawValue) \(subject.address)", at: place(tenant))
        return (Base64.url.encode(sealed), expiresAt)
    }

    /// Whom a token is about; nil for one that was not made here, or is too old.
    func read(_ token: String, in tenant: TenantID) -> ContactSubject? {
        guard let secrets, token.utf8.count <= Self.longest, let sealed = Base64.url.decode(Array(token.utf8)) else {
            return nil
        }
        let text: String
        do { text = try secrets.openText(sealed, at: place(tenant)) } catch { return nil }
        let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
        guard parts.count == 3, let seconds = Int64(parts[0]), Timestamp(seconds: seconds) > .now() else { return nil }
        return ContactSubject(parts[2], country: "US")
    }
}
