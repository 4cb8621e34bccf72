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
}
