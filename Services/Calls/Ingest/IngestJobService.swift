import BlobStore
import Clients
import Jobs
import Models
import Postgres
import ServiceKit
import Telemetry

/// Removes payloads that are older than they are kept.
struct PruneIngestJob: Job {
    static let kind = "prune_ingest"
    static let options = JobOptions(maxAttempts: 3, concurrency: 1, perTenant: 1, timeout: .seconds(3_600))
}

/// The queued work around phone systems.
struct IngestJobs: Sendable {
    /// How long payloads are kept, so that a day can be read again.
    private static let payloadDays = 90
    private static let rhythmDays = 35

    let hooks: HookIngest
    let copies: RecordingCopy
    let polling: ConnectionPolling
    let importing: CallImporting

    init(
        _ seat: ServiceSeat<CallsConfiguration>, _ shared: CallsService.Shared, _ ingest: IngestSeat,
        blobs: any BlobStore, knowledge: any TenantKnowledge, tenancy: ServiceClient
    ) {
        polling = ConnectionPolling(
            database: seat.database, seat: ingest,
            list: { provider in
                try await tenancy.get(
                    "/internal/provider-connections?provider=\(provider)", as: InternalAPI.TenantConnections.self,
                    scope: .init(tenant: nil)
                ).connections
            }, knowledge: knowledge, logger: seat.logger)
        importing = CallImporting(database: seat.database, blobs: blobs, knowledge: knowledge)
        hooks = HookIngest(
            database: seat.database, connections: ingest.connections, agents: ingest.agents,
            providers: ingest.providers, knowledge: knowledge, logger: seat.logger)
        copies = RecordingCopy(
            database: seat.database, blobs: blobs, probe: ProbeProcess(folder: shared.folders.uploads),
            slots: shared.probes, seat: ingest, knowledge: knowledge, loop: seat.loop, logger: seat.logger)
    }

    func register(on runner: JobRunner, _ database: Database) throws {
        runner.register(IngestHooksJob.self, IngestHooksJob.options) { [hooks] run, job in
            try await hooks.run(job.connectionID, in: run.tenant)
        }
        runner.register(CopyRecordingJob.self, CopyRecordingJob.options) { [copies] run, job in
            try await copies.run(run, job.callID)
        }
        runner.register(SettleEndJob.self, SettleEndJob.options) { run, job in
            try await EndSettling(database: database).tell(job.callID, in: run.tenant)
        }
        runner.register(PruneIngestJob.self, PruneIngestJob.options) { _, _ in
            try await IngestUpkeepStore(database: database).prune(
                payloads: .now() - .seconds(86_400 * Self.payloadDays),
                hours: .now() - .seconds(86_400 * Self.rhythmDays))
        }
        runner.register(PlanPollsJob.self, PlanPollsJob.options) { [polling] _, _ in try await polling.plan() }
        runner.register(PollConnectionJob.self, PollConnectionJob.options) { [polling] run, job in
            try await polling.poll(job.connectionID, in: run.tenant)
        }
        runner.register(WatchConnectionsJob.self, WatchConnectionsJob.options) { _, _ in
            try await ConnectionWatch(database: database).run()
        }
        runner.register(CallImportJob.self, CallImportJob.options) { [importing] run, job in
            try await importing.run(job, in: run.tenant)
        }
        try runner.schedule(PlanPollsJob(), every: .seconds(30))
        try runner.schedule(WatchConnectionsJob(), every: .seconds(600))
        try runner.schedule(PruneIngestJob(), every: .seconds(86_400), offset: .seconds(4 * 3_600))
    }
}
