import BlobStore
import Clients
import Events
import HTTP
import HTTPClient
import Idempotency
import IO
import Jobs
import JSON
import LifeCycle
import Models
import Postgres
import ServiceKit
import Suite
import Telemetry
import Web

/// The `calls` service: puts stores, routes and jobs together.
enum CallsService: ServiceProgram {
    /// What the loops of the process have in common.
    struct Shared: Sendable {
        let membership: SuiteMembership
        let folders: WorkFolders
        /// Beginnings of uploads that are looked at.
        let probes: ChildSlots
        /// Recordings that are decoded or recognised.
        let children: ChildSlots
    }

    static let name = ServiceName.calls
    static var migrations: [Migration] { CallsMigrations.all }
    /// The children: they must see neither the settings of this process nor its connections.
    static let commands: [ServiceCommand<CallsConfiguration>] = [
        .plain("decode", DecodeCommand.run), .plain("probe", ProbeCommand.run),
        .plain("recode", RecodeCommand.run),
    ]

    static func prepare(_ seat: ServiceSeat<CallsConfiguration>) async throws -> Shared {
        let configuration = seat.configuration
        let folders = WorkFolders(below: configuration.process.dataFolder)
        try await folders.prepare(recordings: configuration.recordings.folder)
        return Shared(
            membership: try SuiteMembership(seat), folders: folders,
            probes: ChildSlots(configuration.engines.children * 2),
            children: ChildSlots(configuration.engines.children))
    }

    static func assemble(_ seat: ServiceSeat<CallsConfiguration>, _ shared: Shared) async throws -> ServiceParts {
        let member = try await shared.membership.member(on: seat)
        let blobs = try blobs(seat)
        let probe = ProbeProcess(folder: shared.folders.uploads)
        guard let secrets = seat.secrets else { throw CallsError.missingEncryptionKeys }
        let ingest = try IngestSeat.make(seat, member)
        let hashing = SubjectHashing(secrets: secrets)
        let carriers = CarrierAccess(seat, ingest, knowledge: member.knowledge)
        let routes = CallsRoutes(
            database: seat.database, blobs: blobs, probe: probe, slots: shared.probes, hashing: hashing,
            live: LiveHub(loop: seat.loop, database: seat.database),
            pricing: EnginePricing(seat.configuration.engines), people: .asking(member.client(for: .tenancy)),
            ingest: ingest, carriers: carriers)
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        let application = WebApplication(
            seat, routes: routes.table, trust: trust,
            idempotency: IdempotencyStore(seat.database, logger: seat.logger))
        let inner = WebApplication(
            seat, routes: routes.internalTable, trust: trust, listener: .internal)
        var parts = ServiceParts(
            service: application.handler, internal: inner.handler, status: [FeedStatus.section(of: member.state)])
        parts.isReady = { [state = member.state] in state.isLoaded }
        parts.mayBegin = { [state = member.state] in state.isCurrent }
        guard seat.index == 0 else { return parts }
        let jobs = try CallJobService(
            seat, shared, blobs: blobs, knowledge: member.knowledge, tenancy: member.client(for: .tenancy),
            ingest: ingest, outbound: OutboundParts(carriers, ContactGate(hashing: hashing)))
        let rollups = RollupService(loop: seat.loop, upkeep: jobs.upkeep, logger: seat.logger)
        let outbox = OutboxService(
            seat.loop, seat.database, publisher: name, delivery: InternalEventDelivery { member.client(for: $0) },
            logger: seat.logger, metrics: seat.metrics)
        parts.running = [
            { await shared.membership.run() }, { await jobs.run() }, { await rollups.run() }, { await outbox.run() },
        ]
        return parts
    }

    /// The document is made of the routes' types alone, so nothing here is ever opened.
    static func openAPI() throws -> [UInt8]? {
        let nowhere = Database(
            loop: EventLoop(name: "openapi"), configuration: PostgresConfiguration(url: Secret("")),
            logger: Logger(service: name.rawValue), metrics: Metrics())
        return try CallsRoutes(
            database: nowhere, blobs: FileBlobStore(root: "/"), probe: ProbeProcess(folder: "/"), slots: ChildSlots(1),
            hashing: SubjectHashing(secrets: nil), live: LiveHub(loop: EventLoop(name: "openapi"), database: nowhere),
            carriers: .nowhere
        ).table.openAPI()
    }

    private static func blobs(_ seat: ServiceSeat<CallsConfiguration>) throws -> any BlobStore {
        let recordings = seat.configuration.recordings
        guard let objectStore = recordings.objectStore else {
            return FileBlobStore(root: recordings.folder, reservePercent: recordings.reservePercent)
        }
        return S3BlobStore(
            client: try OutboundHTTPClient(loop: seat.loop, guard: .operatorGiven), configuration: objectStore)
    }
}

/// Why calls cannot start.
enum CallsError: Error, CustomStringConvertible {
    case missingEncryptionKeys

    var description: String { "ENCRYPTION_KEYS is not set; it seals the keys by which people's numbers are hashed" }
}
