import Models
import Postgres
import ServiceKit
import Telemetry
import Web

/// The route files of tenancy with what they stand on, for one loop.
struct TenancyRoutes: Sendable {
    let database: Database
    let baseURL: WebAddress
    let ring: SigningKeyService
    let passwords: Passwords
    let mail: MailQueue
    let serviceSecrets: [ServiceName: Secret<String>]
    let signal: ChangeSignalService

    private var tokens: AccessTokens { AccessTokens(ring: ring, issuer: baseURL.description) }
    private var links: InvitationLinks { InvitationLinks(baseURL) }
    private var keys: APIKeyRoutes { APIKeyRoutes(database: database, tokens: tokens) }

    /// Behind the gateway.
    var table: RouteTable {
        .tenancy(
            signIn: SignInRoutes(database: database, tokens: tokens, passwords: passwords),
            tenants: TenantRoutes(database: database, links: links, mail: mail),
            invitations: InvitationRoutes(database: database, links: links, mail: mail),
            users: UserRoutes(database: database), keys: keys, audit: AuditRoutes(database: database),
            signingKeys: SigningKeyRoutes(ring: ring))
    }

    /// For other services.
    var internalTable: RouteTable {
        .tenancyInternal(
            serviceTokens: ServiceTokenRoutes(tokens: tokens, secrets: serviceSecrets),
            changes: ChangeFeedRoutes(database: database, signal: signal), keys: keys,
            signingKeys: SigningKeyRoutes(ring: ring), entitlements: EntitlementRoutes(database: database))
    }
}
