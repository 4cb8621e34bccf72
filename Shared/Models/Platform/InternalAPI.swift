/// The wire types between services.
package enum InternalAPI {
    /// `POST /internal/service-tokens` of tenancy.
    package struct ServiceTokenRequest: Codable, Sendable {
        package var service: ServiceName
        /// The caller's secret, base64.
        package var secret: String
        /// The callee.
        package var audience: ServiceName

        package init(service: ServiceName, secret: String, audience: ServiceName) {
            self.service = service
            self.secret = secret
            self.audience = audience
        }
    }

    /// `POST /internal/api-keys/exchange` of tenancy.
    package struct APIKeyExchange: Codable, Sendable {
        package var key: String
        /// The tenant of the host that the key was shown to; a key of another tenant is refused.
        package var tenantID: TenantID

        package init(key: String, tenantID: TenantID) {
            self.key = key
            self.tenantID = tenantID
        }
    }

    /// `PUT /internal/domains/certificate` of tenancy.
    package struct DomainCertificate: Codable, Sendable, Hashable {
        package var name: String
        package var tenantID: TenantID
        /// Null while there is none.
        package var expiresAt: Timestamp?

        package init(name: String, tenantID: TenantID, expiresAt: Timestamp?) {
            self.name = name
            self.tenantID = tenantID
            self.expiresAt = expiresAt
        }
    }

    /// A token and its life.
    package struct Token: Codable, Sendable {
        package var token: String
        package var expiresInSeconds: Int

        package init(token: String, expiresInSeconds: Int) {
            self.token = token
            self.expiresInSeconds = expiresInSeconds
        }
    }

    /// `POST /internal/mail` of messaging: a letter of the suite itself to one person.
    ///
    /// Messaging sets it in the tenant's look, as text and as HTML. The same id again changes nothing.
    package struct Mail: Codable, Sendable {
        /// The sender's own name for the letter; a UUID.
        package var id: MailID
        /// What kind of letter it is, such as `invitation`; for the log of what was sent.
        package var kind: String
        package var to: EmailAddress
        package var toName: String?
        /// In whose name it is written, such as the tenant's; the suite's own without one.
        package var fromName: String?
        /// The language of the texts below, as BCP 47 has it.
        package var language: String
        package var subject: String
        package var paragraphs: [String]
        /// What the person is to do, as a button with a link.
        package var action: MailAction?

        package init(
            id: MailID, kind: String, to: EmailAddress, toName: String?, fromName: String? = nil, language: String,
            subject: String, paragraphs: [String], action: MailAction?
        ) {
            self.id = id
            self.kind = kind
            self.to = to
            self.toName = toName
            self.fromName = fromName
            self.language = language
            self.subject = subject
            self.paragraphs = paragraphs
            self.action = action
        }
    }

    /// A link in a letter; it may carry a token, so nobody keeps it longer than the sending takes.
    package struct MailAction: Codable, Sendable {
        package var label: String
        package var url: String

        package init(label: String, url: String) {
            self.label = label
            self.url = url
        }
    }

    /// `PUT /internal/usage` of billing: what a tenant has used in a quarter of an hour; told again it replaces what was told.
    package struct Usage: Codable, Sendable, Hashable {
        /// The beginning of the quarter of an hour, UTC.
        package var bucketAt: Timestamp
        package var requests: Int64
        package var receivedBytes: Int64
        package var sentBytes: Int64

        package init(bucketAt: Timestamp, requests: Int64, receivedBytes: Int64, sentBytes: Int64) {
            self.bucketAt = bucketAt
            self.requests = requests
            self.receivedBytes = receivedBytes
            self.sentBytes = sentBytes
        }
    }

    /// Somebody who works in a tenant, for the services that assign work to them or tell them something.
    package struct Person: Codable, Sendable {
        /// How the person is told of an event, as far as it can reach them.
        package struct Notification: Codable, Sendable {
            package var event: NotificationEvent
            package var channels: [NotificationChannel]

            package init(event: NotificationEvent, channels: [NotificationChannel]) {
                self.event = event
                self.channels = channels
            }
        }

        package var id: UserID
        package var name: String
        package var email: EmailAddress
        package var phone: String?
        package var role: Role
        package var status: UserStatus
        /// The person's own, or the tenant's.
        package var language: String
        /// The person's own, or the tenant's.
        package var timeZone: TimeZoneName
        package var territory: [String]
        package var skills: [String]
        package var languages: [String]
        package var notifications: [Notification]

        package init(
            id: UserID, name: String, email: EmailAddress, phone: String?, role: Role, status: UserStatus,
            language: String, timeZone: TimeZoneName, territory: [String], skills: [String], languages: [String],
            notifications: [Notification]
        ) {
            self.id = id
            self.name = name
            self.email = email
            self.phone = phone
            self.role = role
            self.status = status
            self.language = language
            self.timeZone = timeZone
            self.territory = territory
            self.skills = skills
            self.languages = languages
            self.notifications = notifications
        }
    }

    /// The people of a tenant whom a question of a service finds, longest there first.
    package struct People: Codable, Sendable {
        package var people: [Person]

        package init(people: [Person]) { self.people = people }
    }
}
