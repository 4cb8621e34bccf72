package import JSON

extension TenancyAPI {
    /// `POST /api/v1/connections`.
    package struct CreateConnection: Codable, Sendable, Noted {
        package var provider: String
        package var name: String
        package var settings: [String: String]?
        package var credentials: [String: String]?
        package var timeZone: TimeZoneName?
        package var country: String?
        package var isEnabled: Bool?

        package init(provider: String, name: String) {
            self.provider = provider
            self.name = name
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.provider, "A name of the list of providers.", length: 1...40),
                .of(CodingKeys.name, "What people call it.", length: 1...100),
                .of(CodingKeys.settings, "Plain fields of the provider."),
                .of(CodingKeys.credentials, "Secret fields of the provider; never shown again."),
                .of(CodingKeys.timeZone, "In which local times of the provider are read; the tenant's when left out."),
                .of(
                    CodingKeys.country, "By which national numbers are read; the tenant's when left out.", length: 2...2
                ),
            ]
        }
    }

    /// `PATCH /api/v1/connections/{id}`.
    package struct UpdateConnection: Codable, Sendable, Noted {
        package var name: String?
        package var settings: [String: String]?
        package var credentials: [String: String]?
        package var timeZone: Patch<TimeZoneName>
        package var country: Patch<String>
        package var isEnabled: Bool?

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "What people call it.", length: 1...100),
                .of(CodingKeys.settings, "The fields that change; an empty text takes one away."),
                .of(CodingKeys.credentials, "The secrets that change; an empty text takes one away."),
                .of(CodingKeys.country, "By which national numbers are read; null for the tenant's.", length: 2...2),
            ]
        }
    }

    /// `POST /api/v1/connections/{id}/webhook-secret`.
    package struct RotateWebhookSecret: Codable, Sendable, Noted {
        package var graceHours: Int?

        package static var notes: [Note] {
            [
                .of(
                    CodingKeys.graceHours,
                    "How long the secret before counts too; 24 when left out, 0 for a leaked one.",
                    range: 0...168)
            ]
        }
    }

    /// A tenant's connection to a provider; its credentials are told to nobody.
    package struct Connection: Codable, Sendable {
        package var id: ConnectionID
        package var provider: String
        package var name: String
        package var isEnabled: Bool
        package var settings: [String: String]
        /// The names of the secrets that are set.
        package var credentials: [String]
        package var timeZone: TimeZoneName?
        package var country: String?
        /// What the provider is told to call; `/status` and the like may follow.
        package var hookURL: String
        /// What signs the hooks, in the answer to its making alone.
        package var webhookSecret: String?
        /// Until when the secret before counts too.
        package var previousSecretUntil: Timestamp?
        package var createdAt: Timestamp
        package var createdBy: UserID?
        package var updatedAt: Timestamp

        package init(
            id: ConnectionID, provider: String, name: String, isEnabled: Bool, settings: [String: String],
            credentials: [String], timeZone: TimeZoneName?, country: String?, hookURL: String, webhookSecret: String?,
            previousSecretUntil: Timestamp?, createdAt: Timestamp, createdBy: UserID?, updatedAt: Timestamp
        ) {
            self.id = id
            self.provider = provider
            self.name = name
            self.isEnabled = isEnabled
            self.settings = settings
            self.credentials = credentials
            self.timeZone = timeZone
            self.country = country
            self.hookURL = hookURL
            self.webhookSecret = webhookSecret
            self.previousSecretUntil = previousSecretUntil
            self.createdAt = createdAt
            self.createdBy = createdBy
            self.updatedAt = updatedAt
        }
    }

    /// A provider that a tenant can be connected to.
    package struct Provider: Codable, Sendable {
        /// One thing that it needs to be told.
        package struct Field: Codable, Sendable {
            package var name: String
            /// `text`, `secret`, `address`, `certificate` or `choice`.
            package var kind: String
            package var isRequired: Bool
            /// What a choice is among.
            package var choices: [String]?

            package init(name: String, kind: String, isRequired: Bool, choices: [String]?) {
                self.name = name
                self.kind = kind
                self.isRequired = isRequired
                self.choices = choices
            }
        }

        package var name: String
        package var service: ServiceName
        package var fields: [Field]

        package init(name: String, service: ServiceName, fields: [Field]) {
            self.name = name
            self.service = service
            self.fields = fields
        }
    }

    /// `GET /api/v1/connections/providers`.
    package struct Providers: Codable, Sendable {
        package var providers: [Provider]

        package init(providers: [Provider]) { self.providers = providers }
    }
}
