package import JSON

/// The wire types of tenancy.
package enum TenancyAPI {
    /// A tenant as the platform sees it.
    package struct Tenant: Codable, Sendable {
        package var id: TenantID
        package var name: String
        package var subdomain: String
        package var plan: Plan
        package var phoneSystem: PhoneSystem
        package var status: TenantStatus
        package var timeZone: TimeZoneName
        package var country: String
        package var language: String
        package var entitlements: Entitlements
        package var createdAt: Timestamp
        package var updatedAt: Timestamp
        package var suspendedAt: Timestamp?
        /// When a deleted tenant's grace period ends.
        package var deleteAfter: Timestamp?
        /// What super admins note for one another.
        package var notes: String
        /// When somebody last signed in; null when nobody has, and in answers to changes.
        package var lastActivityAt: Timestamp?
        /// What the tenant has of trouble and cost, counted every five minutes; null when it has none, and in answers to
        /// changes.
        package var figures: TenantFigures?

        package init(
            id: TenantID, name: String, subdomain: String, plan: Plan, phoneSystem: PhoneSystem, status: TenantStatus,
            timeZone: TimeZoneName, country: String, language: String, entitlements: Entitlements, createdAt: Timestamp,
            updatedAt: Timestamp, suspendedAt: Timestamp?, deleteAfter: Timestamp?, notes: String,
            lastActivityAt: Timestamp? = nil, figures: TenantFigures? = nil
        ) {
            self.id = id
            self.name = name
            self.subdomain = subdomain
            self.plan = plan
            self.phoneSystem = phoneSystem
            self.status = status
            self.timeZone = timeZone
            self.country = country
            self.language = language
            self.entitlements = entitlements
            self.createdAt = createdAt
            self.updatedAt = updatedAt
            self.suspendedAt = suspendedAt
            self.deleteAfter = deleteAfter
            self.notes = notes
            self.lastActivityAt = lastActivityAt
            self.figures = figures
        }
    }

    /// `POST /api/v1/platform/tenants`.
    package struct CreateTenant: Codable, Sendable, Noted {
        package var name: String
        package var subdomain: Subdomain
        package var plan: Plan
        package var phoneSystem: PhoneSystem?
        package var owner: Owner
        package var timeZone: TimeZoneName?
        package var country: String?
        package var language: String?

        /// Who is invited as the first owner.
        package struct Owner: Codable, Sendable, Noted {
            package var email: EmailAddress
            package var name: String

            package static var notes: [Note] { [.of(CodingKeys.name, "The owner's full name.", length: 1...200)] }
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The company's name.", length: 1...200),
                .of(CodingKeys.subdomain, "The host label under the base domain."),
                .of(CodingKeys.timeZone, "IANA zone for the tenant's dates; default UTC."),
                .of(
                    CodingKeys.country, "ISO 3166-1 alpha-2, by which national numbers are read; default US.",
                    length: 2...2),
                .of(CodingKeys.language, "Default language, BCP 47; default en.", length: 2...35),
            ]
        }
    }

    /// The answer to `CreateTenant`.
    package struct CreatedTenant: Codable, Sendable {
        package var tenant: Tenant
        package var invitation: CreatedInvitation

        package init(tenant: Tenant, invitation: CreatedInvitation) {
            self.tenant = tenant
            self.invitation = invitation
        }
    }
}
