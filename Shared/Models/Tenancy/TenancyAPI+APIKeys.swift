package import JSON

extension TenancyAPI {
    /// `POST /api/v1/api-keys`.
    package struct CreateAPIKey: Codable, Sendable, Noted {
        package var name: String
        package var scopes: [Scope]
        package var mode: KeyMode?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What the key is for.", length: 1...100),
                .of(CodingKeys.scopes, "What the key may do.", count: 1...20),
                .of(CodingKeys.mode, "live (default) or test."),
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

        package init(
            id: APIKeyID, name: String, scopes: [Scope], mode: KeyMode, prefix: String, secret: String?,
            createdAt: Timestamp,
            createdBy: UserID, lastUsedAt: Timestamp?, revokedAt: Timestamp?
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
        }
    }
}
