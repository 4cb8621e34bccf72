import Crypto
import Models

/// What a player shows to hear the sound of a link that was opened: good for a while, for that link alone.
///
/// A player cannot send a password, and asks again for every range; opening the link is what counts as a view.
struct ShareTickets: Sendable {
    private static let life = Duration.seconds(3_600)
    private static let longest = 200

    /// Nil where routes are only described.
    let secrets: SecretBox?

    private func place(_ share: ShareID, in tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "call_shares", column: "ticket", row: share.description)
    }

    func make(for share: ShareID, in tenant: TenantID) throws -> String {
        guard let secrets else { throw Failure(.unavailable) }
        let end = (Timestamp.now() + Self.life).seconds
        return Base64.url.encode(try secrets.seal("\(end)", at: place(share, in: tenant)))
    }

    /// Whether a ticket was made for the link, and its time is not over.
    func isGood(_ ticket: String, for share: ShareID, in tenant: TenantID, now: Timestamp = .now()) -> Bool {
        guard let secrets, ticket.utf8.count <= Self.longest, let sealed = Base64.url.decode(Array(ticket.utf8))
        else { return false }
        do {
            let text = try secrets.openText(sealed, at: place(share, in: tenant))
            return Int64(text).map { Timestamp(seconds: $0) > now } ?? false
        } catch { return false }
    }
}
