package import JSON

extension TenancyAPI {
    /// A user of a tenant.
    package struct User: Codable, Sendable {
        package var id: UserID
        package var tenantID: TenantID
        package var email: EmailAddress
        /// Null until the person has followed a letter's link.
        package var emailVerifiedAt: Timestamp?
        package var name: String
        package var role: Role
        package var status: UserStatus
        /// E.164.
        package var phone: String?
        package var language: String?
        package var timeZone: TimeZoneName?
        /// ZIP codes; one that ends in `*` stands for all that begin so.
        package var territory: [String]
        package var skills: [String]
        /// What the person speaks, as BCP 47 has it.
        package var languages: [String]
        /// Where the person's own figures are.
        package var performancePath: String
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        package var lastSignInAt: Timestamp?
        package var deactivatedAt: Timestamp?
        /// In the bin since then.
        package var deletedAt: Timestamp?

        package init(
            id: UserID, tenantID: TenantID, email: EmailAddress, emailVerifiedAt: Timestamp?, name: String, role: Role,
            status: UserStatus, phone: String?, language: String?, timeZone: TimeZoneName?, territory: [String],
            skills: [String], languages: [String], createdAt: Timestamp, updatedAt: Timestamp,
            lastSignInAt: Timestamp?, deactivatedAt: Timestamp?, deletedAt: Timestamp?
        ) {
            self.id = id
            self.tenantID = tenantID
            self.email = email
            self.emailVerifiedAt = emailVerifiedAt
            self.name = name
            self.role = role
            self.status = status
            self.phone = phone
            self.language = language
            self.timeZone = timeZone
            self.territory = territory
            self.skills = skills
            self.languages = languages
            performancePath = "/api/v1/analytics/users/\(id)"
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.lastSignInAt = lastSignInAt
            self.deactivatedAt = deactivatedAt
            self.deletedAt = deletedAt
        }
    }

    /// `PATCH /api/v1/users/me`: what is left out stays.
    package struct UpdateProfile: Codable, Sendable, Noted {
        package var name: String?
        package var phone: Patch<String>
        package var language: Patch<String>
        package var timeZone: Patch<TimeZoneName>
        package var skills: [String]?
        package var languages: [String]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The person's full name.", length: 1...200),
                .of(CodingKeys.phone, "A number in E.164, or as it is dialled in the tenant's country."),
                .of(CodingKeys.language, "Of the console and of letters, BCP 47; null for the tenant's."),
                .of(CodingKeys.timeZone, "IANA zone; null for the tenant's."),
                .of(CodingKeys.skills, "What the person is good at; replaced as a whole.", count: 0...50),
                .of(CodingKeys.languages, "What the person speaks, BCP 47; replaced as a whole.", count: 0...20),
            ]
        }
    }

    /// `PATCH /api/v1/users/{id}`: what is left out stays.
    package struct UpdateUser: Codable, Sendable, Noted {
        package var name: String?
        package var phone: Patch<String>
        package var language: Patch<String>
        package var timeZone: Patch<TimeZoneName>
        package var territory: [String]?
        package var skills: [String]?
        package var languages: [String]?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The person's full name.", length: 1...200),
                .of(CodingKeys.phone, "A number in E.164, or as it is dialled in the tenant's country."),
                .of(CodingKeys.language, "Of the console and of letters, BCP 47; null for the tenant's."),
                .of(CodingKeys.timeZone, "IANA zone; null for the tenant's."),
                .of(
                    CodingKeys.territory,
                    "ZIP codes by which leads are assigned; `902*` stands for all that begin so. Replaced as a whole.",
                    count: 0...2_000),
                .of(CodingKeys.skills, "What the person is good at; replaced as a whole.", count: 0...50),
                .of(CodingKeys.languages, "What the person speaks, BCP 47; replaced as a whole.", count: 0...20),
            ]
        }
    }

    /// `PUT /api/v1/users/{id}/role`.
    package struct SetRole: Codable, Sendable, Noted {
        package var role: Role

        package static var notes: [Note] { [.of(CodingKeys.role, "owner, admin or agent.")] }
    }

    /// `POST /api/v1/users/{id}/ownership`.
    package struct TransferOwnership: Codable, Sendable, Noted {
        package var role: Role?

        package static var notes: [Note] {
            [.of(CodingKeys.role, "What the owner up to now becomes: admin (default) or agent.")]
        }
    }

    /// `POST /api/v1/users/{id}/deactivate`.
    package struct DeactivateUser: Codable, Sendable, Noted {
        package var handOverTo: UserID?
        package var revokeAPIKeys: Bool?

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.handOverTo,
                    "Who takes over the open work; without anybody it belongs to nobody from then on."),
                .of(CodingKeys.revokeAPIKeys, "Whether the API keys that the person made end too; default false."),
            ]
        }
    }

    /// `POST /api/v1/users/{id}/password-reset`.
    package struct CreatePasswordReset: Codable, Sendable, Noted {
        package var delivery: LinkDelivery?

        package static var notes: [Note] {
            [.of(CodingKeys.delivery, "mail (default), or link for a person without mail: it is shown once.")]
        }
    }

    /// A link by which a person sets a new password.
    package struct CreatedPasswordReset: Codable, Sendable {
        /// Null when it was mailed.
        package var url: String?
        package var expiresAt: Timestamp

        package init(url: String?, expiresAt: Timestamp) {
            self.url = url
            self.expiresAt = expiresAt
        }
    }
}
