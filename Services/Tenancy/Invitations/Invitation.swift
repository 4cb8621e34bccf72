import Models

/// A one-time link by which a person sets a password.
struct Invitation: Sendable {
    /// Why the link was made.
    enum Purpose: String, CaseIterable, Sendable {
        /// A new user joins.
        case invitation
        /// The operator or an admin lets an existing user in again.
        case reset
    }

    /// How long an invitation can be accepted.
    static let life = Duration.seconds(7 * 24 * 3600)
    /// How long a reset link works: it is handed over at once.
    static let resetLife = Duration.seconds(3600)

    var id: InvitationID
    var email: String
    var name: String?
    var role: Role
    var purpose: Purpose
    var createdAt: Timestamp
    var expiresAt: Timestamp
    var acceptedAt: Timestamp?
    var revokedAt: Timestamp?
    /// Of the super admin that is invited; nil for all of the platform.
    var areas: [PlatformArea]?
    /// When the link was made that works.
    var sentAt: Timestamp
    var letter: LetterStatus
    /// Why the mail server refused the letter.
    var undeliveredCode: String?

    func status(at now: Timestamp) -> InvitationStatus {
        if acceptedAt != nil { return .accepted }
        if revokedAt != nil { return .revoked }
        return expiresAt > now ? .pending : .expired
    }

    /// How long the next letter to one person has to wait.
    static let pause = Duration.seconds(60)
}

/// What a list of invitations can be narrowed by.
struct InvitationFilter: Codable, Sendable {
    var status: InvitationStatus?
    /// A part of the address or the name, in any case.
    var search: String?
}
