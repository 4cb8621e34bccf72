package import JSON

/// Whether a service account may have keys.
package enum ServiceAccountStatus: String, Codable, CaseIterable, Sendable {
    case active, disabled
}

extension TenancyAPI {
    /// A program's account.
    package struct ServiceAccount: Codable, Sendable {
        package var id: ServiceAccountID
        package var name: String
        package var description: String
        /// What its keys may do at most.
        package var scopes: [Scope]
        package var status: ServiceAccountStatus
        package var createdBy: UserID
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        package var disabledAt: Timestamp?

        package init(
            id: ServiceAccountID, name: String, description: String, scopes: [Scope], status: ServiceAccountStatus,
            createdBy: UserID, createdAt: Timestamp, updatedAt: Timestamp, disabledAt: Timestamp?
        ) {
            self.id = id
            self.name = name
            self.description = description
            self.scopes = scopes
            self.status = status
            self.createdBy = createdBy
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.disabledAt = disabledAt
        }
    }

    /// `POST /api/v1/service-accounts`.
    package struct CreateServiceAccount: Codable, Sendable, Noted {
        package var name: String
        package var description: String?
        package var scopes: [Scope]

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What the program is called.", length: 1...100),
                .of(CodingKeys.description, "What it is for.", length: 0...1000),
                .of(CodingKeys.scopes, "What its keys may do at most.", count: 1...20),
            ]
        }
    }

    /// `PATCH /api/v1/service-accounts/{id}`: what is left out stays.
    package struct UpdateServiceAccount: Codable, Sendable, Noted {
        package var name: String?
        package var description: String?
        package var scopes: [Scope]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What the program is called.", length: 1...100),
                .of(CodingKeys.description, "What it is for.", length: 0...1000),
                .of(CodingKeys.scopes, "What its keys may do at most.", count: 1...20),
            ]
        }
    }

    /// `PATCH /api/v1/api-keys/{id}`: what is left out stays.
    package struct UpdateAPIKey: Codable, Sendable, Noted {
        package var name: String?
        package var scopes: [Scope]?
        package var expiresAt: Patch<Timestamp>

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What the key is for.", length: 1...100),
                .of(CodingKeys.scopes, "What the key may do.", count: 1...20),
                .of(CodingKeys.expiresAt, "From when the key is none; null for never."),
            ]
        }
    }

    /// `POST /api/v1/api-keys/{id}/replacements`.
    package struct ReplaceAPIKey: Codable, Sendable, Noted {
        package var graceHours: Int?

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.graceHours, "How long the old key still works; default 24, 0 ends it at once.",
                    range: 0...720)
            ]
        }
    }
}
