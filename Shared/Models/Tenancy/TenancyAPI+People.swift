package import JSON

extension TenancyAPI {
    /// A user of a tenant.
    package struct User: Codable, Sendable {
        package var id: UserID
        package var tenantID: TenantID
        package var email: EmailAddress
        package var name: String
        package var role: Role
        package var status: UserStatus
        package var language: String?
        package var timeZone: TimeZoneName?
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        package var lastSignInAt: Timestamp?

        package init(
            id: UserID, tenantID: TenantID, email: EmailAddress, name: String, role: Role, status: UserStatus,
            language: String?,
            timeZone: TimeZoneName?, createdAt: Timestamp, updatedAt: Timestamp, lastSignInAt: Timestamp?
        ) {
            self.id = id
            self.tenantID = tenantID
            self.email = email
            self.name = name
            self.role = role
            self.status = status
            self.language = language
            self.timeZone = timeZone
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.lastSignInAt = lastSignInAt
        }
    }

    /// `POST /api/v1/invitations`.
    package struct CreateInvitation: Codable, Sendable, Noted {
        package var email: EmailAddress
        package var name: String?
        package var role: Role

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The person's full name.", length: 1...200),
                .of(CodingKeys.role, "owner, admin or agent."),
            ]
        }
    }

    /// An invitation as its list shows it, without its token.
    package struct Invitation: Codable, Sendable {
        package var id: InvitationID
        package var email: EmailAddress
        package var name: String?
        package var role: Role
        package var createdAt: Timestamp
        package var expiresAt: Timestamp
        package var acceptedAt: Timestamp?
        package var revokedAt: Timestamp?

        package init(
            id: InvitationID, email: EmailAddress, name: String?, role: Role, createdAt: Timestamp,
            expiresAt: Timestamp,
            acceptedAt: Timestamp?, revokedAt: Timestamp?
        ) {
            self.id = id
            self.email = email
            self.name = name
            self.role = role
            self.createdAt = createdAt
            self.expiresAt = expiresAt
            self.acceptedAt = acceptedAt
            self.revokedAt = revokedAt
        }
    }

    /// A fresh invitation: the only time its token is shown.
    package struct CreatedInvitation: Codable, Sendable {
        package var id: InvitationID
        package var email: EmailAddress
        package var role: Role
        package var token: String
        /// A link to hand over where mail is not set up.
        package var url: String
        package var expiresAt: Timestamp

        package init(
            id: InvitationID, email: EmailAddress, role: Role, token: String, url: String, expiresAt: Timestamp
        ) {
            self.id = id
            self.email = email
            self.role = role
            self.token = token
            self.url = url
            self.expiresAt = expiresAt
        }
    }

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
