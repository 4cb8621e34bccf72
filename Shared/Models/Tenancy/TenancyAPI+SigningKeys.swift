/// Where a signing key is in its life.
package enum SigningKeyState: String, Codable, CaseIterable, Sendable {
    /// Published, and not signing yet.
    case waiting
    case signing
    /// Published for those who have tokens of it.
    case retiring
}

extension TenancyAPI {
    /// The keys that sign tokens.
    package struct SigningKeys: Codable, Sendable {
        package var keys: [SigningKey]

        package init(keys: [SigningKey]) { self.keys = keys }
    }

    /// One of the keys that sign tokens.
    package struct SigningKey: Codable, Sendable {
        package var id: String
        package var state: SigningKeyState
        package var activeFrom: Timestamp
        /// When it is taken out of the published keys; null while it has no successor.
        package var retiresAt: Timestamp?

        package init(id: String, state: SigningKeyState, activeFrom: Timestamp, retiresAt: Timestamp?) {
            self.id = id
            self.state = state
            self.activeFrom = activeFrom
            self.retiresAt = retiresAt
        }
    }
}
