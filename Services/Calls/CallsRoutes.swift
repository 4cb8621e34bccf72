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
    var pricing = EnginePricing()

    /// Behind the gateway.
    var table: RouteTable {
        var routes = RouteTable.calls(CallRoutes(database: database), CallListRoutes(database: database))
        routes += RouteTable.recordings(
            RecordingUploadRoutes(database: database, blobs: blobs, probe: probe, slots: slots),
            RecordingRoutes(database: database, blobs: blobs))
        routes += RouteTable.dispositions(DispositionRoutes(database: database))
        routes += RouteTable.analysis(AnalysisRoutes(database: database, pricing: pricing))
        routes += RouteTable.queues(QueueRoutes(database: database))
        routes += RouteTable.analytics(PerformanceRoutes(database: database))
        routes += RouteTable.lines(LineRoutes(database: database))
        routes += RouteTable.consent(decisions)
        return RouteTable(.calls, routes)
    }

    /// What other services may ask.
    var internalTable: RouteTable {
        .callsInternal(
            events: EventReceiver.route(database, LifeCycle.receiving(HandOverStore().take)),
            export: ServiceExportRoutes(database: database, tables: .ofCalls, blobs: blobs),
            progress: CallProgressRoutes(database: database), others: RouteTable.consentInternal(decisions))
    }

    private var decisions: ContactDecisionRoutes {
        ContactDecisionRoutes(database: database, gate: ContactGate(hashing: hashing))
    }
}
