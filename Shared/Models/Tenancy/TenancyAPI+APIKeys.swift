package import JSON

extension TenancyAPI {
    /// `POST /api/v1/api-keys`.
    package struct CreateAPIKey: Codable, Sendable, Noted {
        package var name: String
        package var scopes: [Scope]
        package var mode: KeyMode?
        package var expiresAt: Timestamp?
        package var serviceAccountID: ServiceAccountID?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What the key is for.", length: 1...100),
                .of(CodingKeys.scopes, "What the key may do.", count: 1...20),
                .of(CodingKeys.mode, "live (default) or test."),
                .of(CodingKeys.expiresAt, "From when the key is none; never when left out."),
                .of(CodingKeys.serviceAccountID, "Whose key it is; the tenant's as such when left out."),
            ]
        }
    }

    /// An API key; its secret is shown once, when it is made.
    package struct APIKey: Codable, Sendable {
        package var id: APIKeyID
        package var name: String
        package var scopes: [Scope]
        package var mode: KeyMode
        /// The first characters, by which a person recognises it.
        package var prefix: String
        /// The whole key, in the answer to its creation alone.
        package var secret: String?
        package var createdAt: Timestamp
        package var createdBy: UserID
        package var lastUsedAt: Timestamp?
        package var revokedAt: Timestamp?
        /// From when it is none; null for never.
        package var expiresAt: Timestamp?
        /// The key that was made in its place.
        package var replacedBy: APIKeyID?
        package var serviceAccountID: ServiceAccountID?

        package init(
            id: APIKeyID, name: String, scopes: [Scope], mode: KeyMode, prefix: String, secret: String?,
            createdAt: Timestamp,
            createdBy: UserID, lastUsedAt: Timestamp?, revokedAt: Timestamp?,
            expiresAt: Timestamp?, replacedBy: APIKeyID?, serviceAccountID: ServiceAccountID?
        ) {
            self.id = id
            self.name = name
            self.scopes = scopes
            self.mode = mode
            self.prefix = prefix
            self.secret = secret
            self.createdAt = createdAt
            self.createdBy = createdBy
            self.lastUsedAt = lastUsedAt
            self.revokedAt = revokedAt
            self.expiresAt = expiresAt
            self.replacedBy = replacedBy
            self.serviceAccountID = serviceAccountID
        }
    }
}
