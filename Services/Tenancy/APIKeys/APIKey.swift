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
}
