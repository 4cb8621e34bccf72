import BlobStore
import Events
import LifeCycle
import Models
import Postgres
import Web

/// The route files of calls with what they stand on, for one loop; each area has its table in `RouteTables/`.
struct CallsRoutes: Sendable {
    let database: Database
    let blobs: any BlobStore
    let probe: ProbeProcess
    /// Beginnings of uploads that are looked at.
    let slots: ChildSlots
    /// By which people are found whose numbers are not readable.
    let hashing: SubjectHashing
    /// Streams of calls that run.
    let live: LiveHub
    var pricing = EnginePricing()
    /// Who works in a tenant.
    var people = PeopleDirectory.empty
    /// Nil where routes are only described.
    var ingest: IngestSeat? = nil
    /// By which calls are placed and carriers are answered.
    var carriers = CarrierAccess.nowhere

    /// Behind the gateway.
    var table: RouteTable {
        var routes = RouteTable.calls(CallRoutes(database: database), CallListRoutes(database: database))
        let uploads = RecordingUploadRoutes(database: database, blobs: blobs, probe: probe, slots: slots)
        routes += RouteTable.recordings(uploads, RecordingRoutes(database: database, blobs: blobs))
        routes += RouteTable.collected(
            CollectedRecordingRoutes(database: database, uploads: uploads), CallLegRoutes(database: database))
        routes += RouteTable.dispositions(DispositionRoutes(database: database))
        routes += RouteTable.live(LiveRoutes(database: database, hub: live))
        routes += RouteTable.keeping(
            KeepingRoutes(database: database), RedactionRoutes(database: database),
            UploadRoutes(database: database, blobs: blobs, probe: probe, slots: slots))
        routes += RouteTable.analysis(AnalysisRoutes(database: database, pricing: pricing))
        routes += RouteTable.reading(CallListRoutes(database: database), TagRoutes(database: database))
        routes += RouteTable.remarks(
            notes: RemarkRoutes(kind: .note, database: database, people: people),
            comments: RemarkRoutes(kind: .comment, database: database, people: people),
            views: ViewRoutes(database: database), cards: ScorecardRoutes(database: database),
            playlists: PlaylistRoutes(database: database),
            shares: ShareRoutes(
                database: database, playback: RecordingPlayback(blobs: blobs),
                tickets: ShareTickets(secrets: hashing.secrets)))
        routes += RouteTable.many(
            BulkRoutes(database: database, people: people, pricing: pricing), CallExportRoutes(database: database),
            ProcessingQueueRoutes(database: database, blobs: blobs))
        routes += RouteTable.papers(
            CallPaperRoutes(database: database), ReportScheduleRoutes(database: database, people: people))
        routes += RouteTable.queues(QueueRoutes(database: database), DeadJobRoutes(database: database))
        routes += RouteTable.analytics(
            PerformanceRoutes(database: database), AnalyticsRoutes(database: database),
            FigureTableRoutes(database: database))
        routes += RouteTable.lines(LineRoutes(database: database, people: people))
        routes += RouteTable.consent(consent)
        routes += RouteTable.platformDoNotCall(consent.doNotCall, consent.imports)
        routes += RouteTable.ingest(
            ConnectionRoutes(database: database, seat: ingest), RejectedRecordRoutes(database: database, seat: ingest),
            ProviderDataRoutes(database: database, seat: ingest),
            CallImportRoutes(database: database, pricing: pricing),
            CallRegistrationRoutes(database: database, seat: ingest))
        routes += RouteTable.hooks(
            HookRoutes(database: database, connections: ingest?.connections, providers: ingest?.providers ?? .all))
        routes += RouteTable.assignment(AssignmentRoutes(database: database), AgentRoutes(database: database))
        routes += RouteTable.outbound(
            OutboundRoutes(
                database: database, OutboundParts(carriers, ContactGate(hashing: hashing)), people: people))
        return RouteTable(.calls, routes)
    }

    /// What other services may ask.
    var internalTable: RouteTable {
        .callsInternal(
            events: EventReceiver.route(database, LifeCycle.receiving(receive)),
            export: ServiceExportRoutes(
                database: database, tables: .ofCalls + .ofReading, blobs: blobs,
                personFiles: CallErasureService.personFiles),
            progress: CallProgressRoutes(database: database),
            others: RouteTable.consentInternal(consent)
                + RouteTable.assignmentInternal(AgentRoutes(database: database)))
    }

    /// What other services tell.
    private func receive(_ envelope: EventEnvelope, _ transaction: Transaction) async throws {
        try await HandOverStore().take(envelope, transaction)
        try await AgentEvents.take(envelope, transaction)
        try await consent.events.take(envelope, transaction)
    }

    var consent: ConsentArea { ConsentArea(database: database, hashing: hashing) }
}
