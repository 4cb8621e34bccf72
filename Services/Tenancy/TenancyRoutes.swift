import BlobStore
import Clients
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
    let records: TextRecordClient
    let providers: IdentityProviderClient
    /// Where tenants' archives lie.
    let exports: any BlobStore
    /// Asked by the wizard and for what a tenant uses; nil where nobody is.
    var calls: ServiceClient? = nil
    /// Asked whether letters go out; nil where nobody is.
    var messaging: ServiceClient? = nil

    private var tokens: AccessTokens { AccessTokens(ring: ring, issuer: baseURL.description) }
    private var factors: SecondFactors { SecondFactors(secrets: mail.secrets) }
    private var sites: RelyingPartyService { RelyingPartyService(database: database, baseURL: baseURL) }
    private var links: InvitationLinks { InvitationLinks(baseURL) }
    private var sealing: AuditSealing? { mail.secrets.map { AuditSealing(database: database, secrets: $0) } }
    private var erasures: ErasureRoutes { ErasureRoutes(database: database, secrets: mail.secrets) }
    private var domains: DomainRoutes {
        DomainRoutes(database: database, records: records, mail: mail, baseURL: baseURL)
    }
    private var connections: ConnectionRoutes {
        ConnectionRoutes(database: database, sites: sites, secrets: mail.secrets)
    }
    private var keys: APIKeyRoutes { APIKeyRoutes(database: database, tokens: tokens) }

    /// Behind the gateway.
    var table: RouteTable {
        RouteTable(
            .tenancy,
            ofPeople + ofPlatform
                + RouteTable.lifeCycle(
                    erasures, ExportRoutes(database: database, blobs: exports, secrets: mail.secrets)))
    }

    private var ofPeople: [Route] {
        var routes = RouteTable.signIn(
            SignInRoutes(database: database, tokens: tokens, passwords: passwords, factors: factors),
            PasswordRoutes(database: database, tokens: tokens, passwords: passwords, mail: mail),
            SessionRoutes(database: database))
        routes += RouteTable.secondFactor(SecondFactorRoutes(database: database, factors: factors, mail: mail))
        routes += RouteTable.passkeys(
            PasskeyRoutes(database: database, sites: sites, mail: mail),
            PasskeySignInRoutes(database: database, sites: sites, tokens: tokens))
        routes += RouteTable.singleSignOn(
            SingleSignOnRoutes(database: database, sites: sites, providers: providers, secrets: mail.secrets),
            SingleSignOnSignInRoutes(
                database: database, sites: sites, providers: providers, tokens: tokens, secrets: mail.secrets))
        routes += RouteTable.people(
            UserRoutes(database: database, mail: mail), ProfileRoutes(database: database),
            DepartureRoutes(database: database, links: links, mail: mail))
        routes += RouteTable.invitations(InvitationRoutes(database: database, links: links, mail: mail))
        routes += RouteTable.emails(EmailRoutes(database: database, links: links, mail: mail))
        routes += RouteTable.apiKeys(keys)
        routes += RouteTable.domains(domains)
        routes += RouteTable.serviceAccounts(ServiceAccountRoutes(database: database))
        routes += RouteTable.settings(SettingsRoutes(database: database))
        routes += RouteTable.connections(connections)
        routes += RouteTable.onboarding(OnboardingRoutes(database: database, links: links, calls: calls))
        routes += RouteTable.audit(
            AuditRoutes(database: database, sealing: sealing), AuditExportRoutes(database: database))
        routes += RouteTable.published(SigningKeyRoutes(ring: ring))
        return routes
    }

    private var ofPlatform: [Route] {
        var routes = RouteTable.platform(TenantRoutes(database: database, links: links, mail: mail))
        routes += RouteTable.platformEdits(
            TenantEditRoutes(database: database, mail: mail, calls: calls), TenantExportRoutes(database: database),
            PlatformFeatureRoutes(database: database), PlatformStatsRoutes(database: database))
        routes += RouteTable.mail(MailStateRoutes(database: database, messaging: messaging))
        routes += RouteTable.notices(NoticeRoutes(database: database))
        routes += RouteTable.bulk(BulkRoutes(database: database))
        routes += RouteTable.impersonation(
            ImpersonationRoutes(database: database, tokens: tokens, links: links),
            SupportRequestRoutes(database: database, links: links, mail: mail))
        routes += RouteTable.signingKeys(SigningKeyRotationRoutes(database: database, ring: ring))
        routes += RouteTable.superAdmins(SuperAdminRoutes(database: database, links: links, mail: mail))
        routes += RouteTable.findTenants(FindTenantsRoutes(database: database))
        routes += RouteTable.setupRequests(SetupRequestRoutes(database: database, links: links, mail: mail))
        return routes
    }

    /// For other services.
    var internalTable: RouteTable {
        .tenancyInternal(
            serviceTokens: ServiceTokenRoutes(tokens: tokens, secrets: serviceSecrets),
            changes: ChangeFeedRoutes(database: database, signal: signal), keys: keys,
            signingKeys: SigningKeyRoutes(ring: ring), entitlements: EntitlementRoutes(database: database),
            origins: OriginRoutes(database: database), domains: domains, erasures: erasures,
            directory: DirectoryRoutes(database: database), connections: connections)
    }
}
