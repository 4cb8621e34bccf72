import Auth
import BlobStore
import Clients
import Crypto
import Events
import HTTPClient
import Idempotency
import IO
import Models
import Postgres
import ServiceKit
import Suite
import Telemetry
import Web

/// Who may do what, and which tenant's rows they see: tenants, users, sign-in, keys, and the change feed.
enum TenancyService: ServiceProgram {
    typealias Configuration = TenancyConfiguration

    /// What the loops of the process have in common.
    struct Shared: Sendable {
        let membership: SuiteMembership
        let passwords: Passwords
        let records: TextRecordClient
        /// Where tenants' archives lie, unless there is an object store for them.
        let exports: FileBlobStore
    }

    static let name = ServiceName.tenancy
    static var migrations: [Migration] { Migration.tenancy }
    static var commands: [ServiceCommand<TenancyConfiguration>] {
        [
            .seated("bootstrap", BootstrapCommand.run), .seated("reset-admin", ResetAdminCommand.run),
            .seated("domains", DomainsCommand.run), .seated("reseal", ResealCommand.run),
            .seated("rotate-signing-key", RotateSigningKeyCommand.run), .seated("verify-audit", VerifyAuditCommand.run),
        ]
    }

    static func prepare(_ seat: ServiceSeat<TenancyConfiguration>) async throws -> Shared {
        Shared(
            membership: try SuiteMembership(seat),
            passwords: Passwords(threads: seat.configuration.passwordThreads),
            records: TextRecordClient(server: seat.configuration.resolver),
            exports: try await ExportFolder.open(seat.configuration.exportsFolder))
    }

    static func assemble(_ seat: ServiceSeat<TenancyConfiguration>, _ shared: Shared) async throws -> ServiceParts {
        guard let secrets = seat.secrets else { throw TenancyError.missingEncryptionKeys }
        let (database, loop) = (seat.database, seat.loop)
        let ring = try await SigningKeyService.load(database, secrets, seat.logger)
        let member = try await shared.membership.member(on: seat)
        // The feed itself is asked for with a token, so the keys are here before the feed brings them.
        let published = ring.keys.published(at: .now())
        try member.people.replaceKeys(published)
        try member.services.replaceKeys(published)
        ring.follow(member.state, on: loop)
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        let signal = ChangeSignalService()
        let mail = MailQueue(secrets: secrets)
        let exports = try blobs(seat, shared)
        let routes = TenancyRoutes(
            database: database, baseURL: seat.configuration.process.baseURL, ring: ring, passwords: shared.passwords,
            mail: mail, serviceSecrets: seat.configuration.serviceSecrets, signal: signal, records: shared.records,
            providers: try IdentityProviderClient(loop: loop, seat.configuration), exports: exports,
            calls: member.client(for: .calls), messaging: member.client(for: .messaging))
        let idempotency = SealedIdempotency(
            store: IdempotencyStore(database, logger: seat.logger), secrets: secrets)
        let application = WebApplication(seat, routes: routes.table, trust: trust, idempotency: idempotency)
        let inner = WebApplication(seat, routes: routes.internalTable, trust: trust, listener: .internal)
        var running: [@Sendable () async -> Void] = [
            { await signal.run(database, on: loop) }, { await ring.run(on: loop) },
        ]
        if seat.index == 0 {
            let pruning = PruneService(database: database, loop: loop, logger: seat.logger)
            let outbox = OutboxService(
                loop, database, publisher: name, delivery: InternalEventDelivery { member.client(for: $0) },
                logger: seat.logger, metrics: seat.metrics)
            let jobs = try TenancyJobService(
                seat, records: shared.records,
                mail: MailDelivery(queue: mail, messaging: member.client(for: .messaging)),
                links: InvitationLinks(seat.configuration.process.baseURL), secrets: secrets)
            let replay = ErasureReplay(
                database: database, secrets: secrets, journal: seat.configuration.journal,
                backupLife: seat.configuration.backupLife, clients: { member.client(for: $0) })
            try jobs.register(
                LifeCycleJobs(
                    pursuit: ErasurePursuit(
                        database: database, secrets: secrets, blobs: exports, journal: seat.configuration.journal),
                    replay: replay,
                    changing: BulkChanging(database: database),
                    exporting: TenantExporting(
                        database: database, blobs: exports, secrets: secrets,
                        links: InvitationLinks(seat.configuration.process.baseURL), mail: mail),
                    sealing: AuditSealing(database: database, secrets: secrets),
                    volume: VolumeWatch(
                        database: database, mail: mail, links: InvitationLinks(seat.configuration.process.baseURL)),
                    knowledge: member.knowledge,
                    clients: { member.client(for: $0) }, loop: loop))
            running += [
                { await shared.membership.run() }, { await pruning.run() }, { await outbox.run() },
                {
                    await replay.enqueue(seat.logger)
                    await jobs.run()
                },
            ]
        }
        var parts = ServiceParts(
            service: application.handler, internal: inner.handler, isReady: { member.state.isLoaded },
            status: [FeedStatus.section(of: member.state)], running: running)
        parts.mayBegin = { member.state.isCurrent }
        return parts
    }

    /// Where archives lie; an object store's client belongs to the loop.
    private static func blobs(
        _ seat: ServiceSeat<TenancyConfiguration>, _ shared: Shared
    ) throws -> any BlobStore {
        guard let bucket = seat.configuration.exportsBucket else { return shared.exports }
        return S3BlobStore(
            client: try OutboundHTTPClient(loop: seat.loop, guard: .operatorGiven), configuration: bucket)
    }

    static func openAPI() throws -> [UInt8]? {
        // Describing runs no handler, so the database is never reached.
        let loop = EventLoop(name: "openapi")
        let database = Database(
            loop: loop, configuration: PostgresConfiguration(url: Secret("postgresql://localhost/none")),
            logger: Logger(service: name.rawValue), metrics: Metrics())
        let logger = Logger(service: name.rawValue)
        return try TenancyRoutes(
            database: database, baseURL: .nowhere, ring: SigningKeyService(database, nil, logger),
            passwords: Passwords(threads: 1), mail: MailQueue(secrets: nil), serviceSecrets: [:],
            signal: ChangeSignalService(), records: TextRecordClient(server: nil),
            providers: IdentityProviderClient(nil), exports: FileBlobStore(root: "/")
        ).table.openAPI()
    }
}

/// Why tenancy cannot start.
enum TenancyError: Error, CustomStringConvertible {
    case missingEncryptionKeys
    /// The database seals something that this release does not know.
    case unknownSealedPlace

    var description: String {
        switch self {
        case .missingEncryptionKeys: "ENCRYPTION_KEYS is not set; it seals the keys that sign tokens"
        case .unknownSealedPlace: "a sealed value of another release"
        }
    }
}
