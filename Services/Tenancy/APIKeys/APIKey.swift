import Models

/// A key by which a tenant's own software calls the API.
struct APIKey: Sendable {
    var id: APIKeyID
    var name: String
    var scopes: [Scope]
    var mode: KeyMode
    var prefix: String
    var createdBy: UserID
    var createdAt: Timestamp
    var lastUsedAt: Timestamp?
    var revokedAt: Timestamp?
    var version: Int64
    /// From when it is none.
    var expiresAt: Timestamp?
    /// The key that was made in its place; both work until this one expires.
    var replacedBy: APIKeyID?
    var serviceAccountID: ServiceAccountID?

    /// How far ahead a key may expire.
    static let longestLife = Duration.seconds(10 * 366 * 86_400)
}

/// What a new key starts from.
struct APIKeyDraft: Sendable {
    var id = APIKeyID.make()
    var name: String
    var scopes: [Scope]
    var mode: KeyMode
    var prefix: String
    var digest: [UInt8]
    var createdBy: UserID
    var expiresAt: Timestamp?
    var serviceAccountID: ServiceAccountID?
}
