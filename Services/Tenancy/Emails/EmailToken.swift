import Models

/// A link by which a person shows that an address is theirs.
struct EmailToken: Sendable {
    /// Why it was made.
    enum Purpose: String, CaseIterable, Sendable {
        /// The address that the person has.
        case verification
        /// The one that is to take its place.
        case change
        /// Sent to the one that the person has: following it stops the change.
        case keeping
    }

    /// How long a link works.
    static let life = Duration.seconds(24 * 3600)
    /// How many links a person gets in an hour: each is a letter to an address that may be a stranger's.
    static let mostInAnHour = 5

    var id: EmailTokenID
    var userID: UserID
    var purpose: Purpose
    var email: String
    var expiresAt: Timestamp
}
