import Auth
import BlobStore
import Crypto
import DatabaseTestSupport
import FoundationEssentials
import HTTP
import HTTPClient
import Idempotency
import IO
import JSON
import Models
import Postgres
import ServiceKit
import Telemetry
import TestSupport
import Web
import WebTestSupport

@testable import Tenancy

/// The service on one loop with a database of its own, two tenants and the platform.
struct TenancyWorld: Sendable {
    let database: Database
    let test: TestDatabase
    let loop: EventLoop
    let trust: TestTrust
    let ring: SigningKeyService
    let routes: TenancyRoutes
    /// Answers what comes through the gateway.
    let service: HTTPHandler
    /// Answers other services.
    let `internal`: HTTPHandler
    let signal: ChangeSignalService
    let mail: MailQueue
    let secrets: SecretBox
    /// The key of the secrets, as configurations write it.
    let keyText: String
    /// Whom the service believes.
    let believed: Trust
    let exports: FileBlobStore

    /// Tenancy's part in erasures.
    var pursuit: ErasurePursuit {
        ErasurePursuit(database: database, secrets: secrets, blobs: exports, journal: journal)
    }
    let journal: ErasureJournal
    /// Knows what tests say of zones.
    let zones: ZoneServer

    var tenant: TenantID { trust.tenant }
    var other: TenantID { trust.otherTenant }

    /// Lets providers on this machine's loopback address be asked, and nothing else that is not public.
    static let guardOfProviders = AddressGuard(
        setting: TenancyConfiguration.providerAddressesName,
        exceptions: [AddressGuard.Exception("127.0.0.1/32")].compactMap { $0 })

    static let gatewaySecret = "the gateway's secret"
    static let password = "a long enough password"

    fileprivate init(_ database: Database, _ test: TestDatabase, _ loop: EventLoop) async throws {
        self.database = database
        self.test = test
        self.loop = loop
        trust = try TestTrust(.tenancy)
        keyText = "a:\(Base64.standard.encode(SecureRandom.bytes(32)))"
        secrets = SecretBox(keys: try EncryptionKeys(parsing: keyText))
        let log = Logger(service: "tests", level: .error)
        ring = try await SigningKeyService.load(database, secrets, log)
        signal = ChangeSignalService()
        zones = try ZoneServer()
        mail = MailQueue(secrets: secrets)
        let folder = "\(FileManager.default.temporaryDirectory.path)/exports-\(UUID())"
        exports = try await ExportFolder.open(folder)
        journal = ErasureJournal(path: "\(folder)-erasures.ndjson")
        guard let base = WebAddress(TestTrust.issuer) else { throw Failure(.internal) }
        routes = TenancyRoutes(
            database: database, baseURL: base, ring: ring, passwords: Passwords(threads: 1),
            mail: mail,
            serviceSecrets: [.gateway: Secret(Self.gatewaySecret)], signal: signal,
            records: TextRecordClient(server: zones.address),
            providers: IdentityProviderClient(try OutboundHTTPClient(loop: loop, guard: Self.guardOfProviders)),
            exports: exports)
        believed = try trust.trust()
        for key in ring.keys.published(at: .now()).keys {
            try believed.people.setKey(key.kid, key)
            try believed.services.setKey(key.kid, key)
        }
        let idempotency = SealedIdempotency(store: IdempotencyStore(database, logger: log), secrets: secrets)
        service =
            WebApplication(
                loop: loop, logger: log, metrics: Metrics(), routes: routes.table, trust: believed,
                idempotency: idempotency
            ).handler
        `internal` =
            WebApplication(
                loop: loop, logger: log, metrics: Metrics(), routes: routes.internalTable, trust: believed,
                listener: .internal
            ).handler
        try await makeTenant(trust.tenant, "acme")
        try await makeTenant(trust.otherTenant, "globex")
    }

    /// A tenant with an invitation for its owner; the token of the invitation.
    @discardableResult
    func makeTenant(_ id: TenantID, _ subdomain: String, plan: Plan = .growth) async throws -> OpaqueToken {
        let token = OpaqueToken.make(.invitation)
        let draft = TenantDraft(
            id: id, name: subdomain, subdomain: subdomain, plan: plan, phoneSystem: .none, timeZone: "UTC",
            country: "US", language: "en")
        let owner = TenantLifeStore.FirstOwner(
            invitation: .make(), email: try .sample("owner@\(subdomain).example"), name: "Olga Owner",
            digest: token.digest, expiresAt: .now() + Invitation.life)
        _ = try await TenantLifeStore(database: database.tenant(id)).create(
            draft, entitlements: .seed(for: plan), owner: owner, origin: .operator)
        return token
    }

    /// A person with `TenancyWorld.password`.
    @discardableResult
    func makeUser(_ email: String, _ role: Role = .agent, in tenant: TenantID? = nil) async throws -> User {
        let tenant = tenant ?? self.tenant
        return try await UserStore(rows: database.tenant(tenant)).create(
            id: .make(), email: try .sample(email), name: "Somebody", role: role, passwordHash: Self.passwordHash,
            in: tenant)
    }

    /// The platform with its super admin.
    @discardableResult
    func makePlatform() async throws -> EmailAddress {
        let email = try EmailAddress.sample("root@example.com")
        let platform = PlatformStore(database: database.tenant(.platform))
        _ = try await platform.bootstrap(email: email, passwordHash: Self.passwordHash)
        return email
    }

    /// Work far below what production hashes take; each sign-in also hashes anew, as it does for imported accounts.
    private static let passwordHash: String = {
        do {
            return try PasswordHash.make(password, cost: .init(memoryKiB: 8, passes: 1, lanes: 1))
        } catch {
            preconditionFailure("no password hash: \(error)")
        }
    }()

    /// The tables as a tenant sees them.
    func rows(_ tenant: TenantID) -> TenantDatabase { database.tenant(tenant) }

    /// Runs a body several times at once; what they gave, in no order.
    func together<Value: Sendable>(
        _ count: Int, _ body: @escaping @Sendable (Int) async throws -> Value
    ) async throws -> [Value] {
        let tasks = (0..<count).map { number in
            loop.spawn { () async -> Result<Value, any Error> in
                do { return .success(try await body(number)) } catch { return .failure(error) }
            }
        }
        var values: [Value] = []
        for task in tasks { values.append(try await task.value.get()) }
        return values
    }

    // Requests.

    func send(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller, in tenant: TenantID? = nil,
        headers: HTTPHeaders = [:]
    ) async throws -> HTTPResponse {
        await service(try trust.request(method, target, as: caller, in: tenant, headers: headers))
    }

    func send(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller, in tenant: TenantID? = nil,
        headers: HTTPHeaders = [:], json: JSONValue
    ) async throws -> HTTPResponse {
        await service(try trust.request(method, target, as: caller, in: tenant, headers: headers, json: json))
    }

    /// With a token that the service itself has issued.
    func send(_ method: HTTPMethod, _ target: String, token: String, in tenant: TenantID? = nil) async throws
        -> HTTPResponse
    {
        try await send(
            method, target, as: .anonymous, in: tenant, headers: ["Authorization": "Bearer \(token)"])
    }

    func signIn(
        _ email: String, _ password: String = TenancyWorld.password, in tenant: TenantID? = nil
    ) async throws -> HTTPResponse {
        try await send(
            .post, "/api/v1/auth/login", as: .anonymous, in: tenant,
            json: ["email": .string(email), "password": .string(password)])
    }

    func refresh(_ token: String, in tenant: TenantID? = nil) async throws -> HTTPResponse {
        try await send(
            .post, "/api/v1/auth/refresh", as: .anonymous, in: tenant, json: ["refresh_token": .string(token)])
    }

    /// Statements of a superuser: what only time or an accident would bring about.
    @discardableResult
    func force(_ statement: String) async throws -> [[String?]] {
        try await PostgresSession.with(url: test.superuserURL, applicationName: "tests") { try $0.rows(statement) }
    }

    /// How many entries a tenant's log has of an action.
    func audited(_ action: AuditEntry.Action, in tenant: TenantID? = nil) async throws -> Int {
        let tenant = tenant ?? self.tenant
        return try await AuditStore(rows: database.tenant(tenant)).count(
            AuditFilter(action: action.rawValue, subject: nil), bound: 1000, in: tenant)
    }

    /// The kinds of the changes after a number.
    func changes(after sequence: Int64) async throws -> [ChangeRow] {
        try await ChangeStore(rows: database).list(after: sequence, limit: 10_000)
    }

    func newestChange() async throws -> Int64 { try await ChangeStore(rows: database).bounds().newest }
}

/// Runs a test with the service on a loop of its own.
@discardableResult
func withTenancy<Success: Sendable>(
    _ body: @escaping @Sendable (TenancyWorld) async throws -> Success
) async throws -> Success {
    try await withOpenDatabase(migrations: Migration.tenancy, service: "tenancy", poolSize: 8) { database, test, loop in
        try await body(try await TenancyWorld(database, test, loop))
    }
}

extension EmailAddress {
    static func sample(_ text: String) throws -> EmailAddress { try EmailAddress(jsonText: text) }
}

extension Origin {
    static let `operator` = Origin(actor: .operator)
}

extension RowPage {
    static let newest = RowPage(after: nil, isDescending: true, limit: 100, offset: 0)
}
