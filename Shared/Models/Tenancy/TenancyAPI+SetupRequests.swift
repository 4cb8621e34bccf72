package import JSON

extension TenancyAPI {
    /// `POST /api/v1/setup-requests`.
    package struct CreateSetupRequest: Codable, Sendable, Noted {
        package var company: String
        package var subdomain: Subdomain
        package var name: String
        package var email: EmailAddress
        package var plan: Plan
        package var phoneSystem: PhoneSystem?
        package var message: String?
        package var language: String?

        package static var notes: [Note] {
            [
                .of(CodingKeys.company, "The company's name.", length: 1...200),
                .of(CodingKeys.subdomain, "The host label that is wished for."),
                .of(CodingKeys.name, "Who asks, and will be the owner.", length: 1...200),
                .of(CodingKeys.message, "What else there is to say.", length: 0...2000),
                .of(CodingKeys.language, "BCP 47; default en.", length: 2...35),
            ]
        }
    }

    /// `POST /api/v1/setup-requests/confirm`.
    package struct ConfirmSetupRequest: Codable, Sendable, Noted {
        package var token: String

        package static var notes: [Note] { [.of(CodingKeys.token, "Out of the letter's link.", length: 1...100)] }
    }

    /// `POST /api/v1/platform/setup-requests/{id}/approve`: what stands here replaces what was asked for.
    package struct ApproveSetupRequest: Codable, Sendable {
        package var subdomain: Subdomain?
        package var plan: Plan?
    }

    /// `POST /api/v1/platform/setup-requests/{id}/refuse`.
    package struct RefuseSetupRequest: Codable, Sendable, Noted {
        package var reason: String

        package static var notes: [Note] { [.of(CodingKeys.reason, "Mailed to whoever asked.", length: 1...1000)] }
    }

    /// A company's request for an account.
    package struct SetupRequest: Codable, Sendable {
        package var id: SetupRequestID
        package var company: String
        package var subdomain: String
        package var name: String
        package var email: EmailAddress
        package var plan: Plan
        package var phoneSystem: PhoneSystem
        package var message: String
        package var language: String
        package var status: SetupRequestStatus
        package var reason: String?
        package var tenantID: TenantID?
        package var createdAt: Timestamp
        package var decidedAt: Timestamp?

        package init(
            id: SetupRequestID, company: String, subdomain: String, name: String, email: EmailAddress, plan: Plan,
            phoneSystem: PhoneSystem, message: String, language: String, status: SetupRequestStatus, reason: String?,
            tenantID: TenantID?, createdAt: Timestamp, decidedAt: Timestamp?
        ) {
            self.id = id
            self.company = company
            self.subdomain = subdomain
            self.name = name
            self.email = email
            self.plan = plan
            self.phoneSystem = phoneSystem
            self.message = message
            self.language = language
            self.status = status
            self.reason = reason
            self.tenantID = tenantID
            self.createdAt = createdAt
            self.decidedAt = decidedAt
        }
    }
}
