import Models

/// A refresh token as it lies in the database, and what showing it again leads to.
struct RefreshToken: Sendable {
    /// How long a token that has been used still answers: two tabs at once, or an answer that was lost on its way.
    static let grace = Duration.seconds(30)
    /// How long a session lives without being used.
    static let life = Duration.seconds(30 * 24 * 3600)

    var sessionID: SessionID
    var userID: UserID
    var usedAt: Timestamp?
    var successors: Int32
    var isSuccessorUsed: Bool
    var expiresAt: Timestamp
    var revokedAt: Timestamp?
    /// The database's clock at the reading, by which all times here are judged.
    var readAt: Timestamp

    /// What to do with a token that was shown.
    enum Verdict: Equatable {
        /// Give an access token and a successor.
        case rotate
        /// Give an access token alone: the one further successor of the grace is spent.
        case accessOnly
        /// The token was stolen or replayed: end the whole family.
        case revokeFamily
        case refuse
    }

    var verdict: Verdict {
        guard revokedAt == nil, readAt < expiresAt else { return .refuse }
        guard let usedAt else { return .rotate }
        guard !isSuccessorUsed, readAt - usedAt <= Self.grace else { return .revokeFamily }
        return successors < 2 ? .rotate : .accessOnly
    }
}
