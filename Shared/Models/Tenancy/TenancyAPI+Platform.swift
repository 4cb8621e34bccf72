package import JSON

extension TenancyAPI {
    /// `PATCH /api/v1/platform/tenants/{id}`: what is left out stays.
    package struct UpdateTenant: Codable, Sendable, Noted {
        package var name: String?
        package var subdomain: Subdomain?
        package var plan: Plan?
        package var phoneSystem: PhoneSystem?
        package var timeZone: TimeZoneName?
        package var country: String?
        package var language: String?
        package var notes: String?
        package var limits: Limits?
        package var disabledFeatures: [Feature]?

        /// A change of what a tenant may use alone.
        package init(plan: Plan?, disabledFeatures: [Feature]?) {
            self.plan = plan
            self.disabledFeatures = disabledFeatures
        }

        package static var notes: [Note] {
            [
                .of(CodingKeys.name, "The company's name.", length: 1...200),
                .of(
                    CodingKeys.subdomain,
                    "Another host label; the former one leads here for 90 days and is nobody else's for a year."),
                .of(CodingKeys.plan, "Another plan brings its own entitlements; limits set here stay."),
                .of(CodingKeys.country, "ISO 3166-1 alpha-2, by which national numbers are read.", length: 2...2),
                .of(CodingKeys.language, "Default language, BCP 47.", length: 2...35),
                .of(CodingKeys.notes, "For super admins alone.", length: 0...10_000),
                .of(CodingKeys.limits, "In place of the plan's; replaced as a whole, and taken back by an empty one."),
                .of(CodingKeys.disabledFeatures, "What the tenant does not get, though its plan has it."),
            ]
        }
    }

    /// Limits of one tenant in place of its plan's.
    package struct Limits: Codable, Sendable, Hashable {
        package var seats: Int?
        package var requestsPerSecond: Int?
        package var burst: Int?
        package var concurrency: Int?
        package var storageBytes: Int64?
        package var minutesPerMonth: Int?
    }

    /// `POST /api/v1/platform/tenants/{id}/deletion`.
    package struct DeleteTenant: Codable, Sendable, Noted {
        package var confirm: String

        package static var notes: [Note] {
            [.of(CodingKeys.confirm, "The tenant's subdomain, so that it is the one that is meant.", length: 1...63)]
        }
    }

    /// How much of the suite a tenant uses.
    package struct TenantUsage: Codable, Sendable {
        package var activeUsers: Int
        package var deactivatedUsers: Int
        package var pendingInvitations: Int
        package var seats: Int
        package var openSessions: Int
        package var apiKeys: Int
        package var lastSignInAt: Timestamp?
        /// Null while nobody can tell.
        package var calls: InternalAPI.CallUsage?

        package init(
            activeUsers: Int, deactivatedUsers: Int, pendingInvitations: Int, seats: Int, openSessions: Int,
            apiKeys: Int, lastSignInAt: Timestamp?
        ) {
            self.activeUsers = activeUsers
            self.deactivatedUsers = deactivatedUsers
            self.pendingInvitations = pendingInvitations
            self.seats = seats
            self.openSessions = openSessions
            self.apiKeys = apiKeys
            self.lastSignInAt = lastSignInAt
        }
    }

    /// What super admins compare tenants by.
    package struct TenantFigures: Codable, Sendable, Hashable {
        /// Connections whose last exchange failed, or that are silent.
        package var failingConnections: Int64
        /// Calls with a recording that are not analysed yet.
        package var backlog: Int64
        /// Calls whose processing failed within the last seven days.
        package var errors: Int64
        /// What engines cost within the last thirty days, in millionths of a US dollar.
        package var costMicros: Int64
        package var gatheredAt: Timestamp

        package init(
            failingConnections: Int64, backlog: Int64, errors: Int64, costMicros: Int64, gatheredAt: Timestamp
        ) {
            self.failingConnections = failingConnections
            self.backlog = backlog
            self.errors = errors
            self.costMicros = costMicros
            self.gatheredAt = gatheredAt
        }
    }

    /// What follows when a tenant gets another subdomain now.
    package struct RenameEffects: Codable, Sendable {
        package var subdomain: String
        /// Signed-in people, who have to sign in again at the new host.
        package var openSessions: Int
        /// Keys of programs that have to be pointed at the new host at once.
        package var apiKeys: Int
        /// Web sites whose widgets name the former host; their pages need the new one.
        package var webOrigins: Int
        /// Verified domains, which stay as they are.
        package var domains: Int
        /// Passkeys, which belong to the host at which they were made and have to be made anew.
        package var passkeys: Int
        /// Until when hooks of providers are taken in at the former name and browsers are sent on.
        package var formerLeadsUntil: Timestamp
        /// Until when nobody else gets the former name.
        package var formerReservedUntil: Timestamp

        package init(
            subdomain: String, openSessions: Int, apiKeys: Int, webOrigins: Int, domains: Int, passkeys: Int,
            formerLeadsUntil: Timestamp, formerReservedUntil: Timestamp
        ) {
            self.subdomain = subdomain
            self.openSessions = openSessions
            self.apiKeys = apiKeys
            self.webOrigins = webOrigins
            self.domains = domains
            self.passkeys = passkeys
            self.formerLeadsUntil = formerLeadsUntil
            self.formerReservedUntil = formerReservedUntil
        }
    }

    /// Which features are switched off on the whole platform.
    package struct PlatformFeatures: Codable, Sendable {
        package var disabledFeatures: [Feature]

        package init(disabledFeatures: [Feature]) { self.disabledFeatures = disabledFeatures }
    }

    /// `POST /api/v1/platform/tenants/{id}/impersonations`.
    package struct CreateImpersonation: Codable, Sendable, Noted {
        package var reason: String

        package static var notes: [Note] {
            [.of(CodingKeys.reason, "Why; the tenant reads it in its audit log.", length: 1...500)]
        }
    }

    /// Where a super admin goes to act as a tenant's owner.
    package struct CreatedImpersonation: Codable, Sendable {
        package var id: ImpersonationID
        package var url: String
        package var userID: UserID
        package var expiresAt: Timestamp

        package init(id: ImpersonationID, url: String, userID: UserID, expiresAt: Timestamp) {
            self.id = id
            self.url = url
            self.userID = userID
            self.expiresAt = expiresAt
        }
    }

    /// `POST /api/v1/auth/impersonations/exchange`.
    package struct ExchangeImpersonation: Codable, Sendable, Noted {
        package var code: String

        package static var notes: [Note] { [.of(CodingKeys.code, "Out of the link's fragment.", length: 1...100)] }
    }
}
