import BlobStore
import Clients
import IO
import Jobs
import LifeCycle
import Models
import ServiceKit

/// All queued work of the service, on one loop of the process.
///
/// Confined to that loop, hence `@unchecked Sendable`.
final class CallJobService: @unchecked Sendable {
    private let runner: JobRunner
    let upkeep: Upkeep

    init(
        _ seat: ServiceSeat<CallsConfiguration>, _ shared: CallsService.Shared, blobs: any BlobStore,
        knowledge: any TenantKnowledge, tenancy: ServiceClient, ingest: IngestSeat, outbound: OutboundParts
    ) throws {
        runner = JobRunner(loop: seat.loop, database: seat.database, logger: seat.logger, metrics: seat.metrics)
        let engines = try Engines(
            loop: seat.loop, configuration: seat.configuration.engines,
            ownPorts: seat.configuration.process.ownPorts)
        let stages = PipelineStages(
            database: seat.database, blobs: blobs, engines: engines, slots: shared.children,
            workFolder: shared.folders.work, knowledge: knowledge)
        CallJobService.register(stages, on: runner, knowledge, seat.loop)
        OutboundJobs(database: seat.database, outbound).register(on: runner)
        upkeep = Upkeep(
            store: UpkeepStore(database: seat.database), pipeline: PipelineStore(database: seat.database),
            recordings: RecordingStore(database: seat.database), rollups: RollupStore(database: seat.database),
            blobs: blobs, configuration: seat.configuration.upkeep, knowledge: knowledge, logger: seat.logger)
        try CallJobService.schedule(upkeep, on: runner)
        let held = HeldCalls(
            store: HeldCallStore(database: seat.database), gate: stages.analysis.gate, pricing: engines.pricing,
            logger: seat.logger)
        runner.register(ResumeHeldCallsJob.self, CallJobService.upkeep) { _, _ in try await held.run() }
        try runner.schedule(ResumeHeldCallsJob(), every: .seconds(60), offset: .seconds(30))
        let directory = AgentDirectory(database: seat.database, tenancy: tenancy)
        runner.register(RefreshAgentsJob.self, RefreshAgentsJob.options) { run, job in
            try await directory.run(job, in: run.tenant)
        }
        try CallJobService.registerRecordings(seat, shared, blobs: blobs, knowledge: knowledge, on: runner)
        LifeCycle(seat.database, steps: CallErasureService(database: seat.database, blobs: blobs).steps).register(
            on: runner, tenancy: tenancy)
        runner.register(AssignLineCallsJob.self, AssignLineCallsJob.options) { [database = seat.database] run, job in
            try await job.run(database, in: run.tenant)
        }
        try IngestJobs(seat, shared, ingest, blobs: blobs, knowledge: knowledge, tenancy: tenancy).register(
            on: runner, seat.database)
        runner.register(BulkJob.self, BulkJob.options) { [database = seat.database] run, job in
            try await job.run(database, in: run.tenant)
        }
        runner.register(SendReportsJob.self, CallJobService.upkeep) { [database = seat.database] _, _ in
            try await SendReportsJob.run(database, knowledge)
        }
        try runner.schedule(SendReportsJob(), every: .seconds(60), offset: .seconds(15))
        let retention = Retention(database: seat.database, blobs: blobs, knowledge: knowledge, logger: seat.logger)
        runner.register(RetainCallsJob.self, CallJobService.upkeep) { _, _ in try await retention.run() }
        try runner.schedule(RetainCallsJob(), every: .seconds(86_400), offset: .seconds(2 * 3_600))
        let decisions = DecisionRetention(database: seat.database, knowledge: knowledge, logger: seat.logger)
        runner.register(RetainDecisionsJob.self, CallJobService.upkeep) { _, _ in try await decisions.run() }
        try runner.schedule(RetainDecisionsJob(), every: .seconds(3_600), offset: .seconds(2_400))
    }

    private static let upkeep = JobOptions(maxAttempts: 3, concurrency: 1, perTenant: 1, timeout: .seconds(3_600))

    /// Runs until the task is cancelled and what runs then has ended or was given back.
    func run() async { await runner.run() }

    /// The two stages of the pipeline.
    static func register(
        _ stages: PipelineStages, on runner: JobRunner, _ knowledge: any TenantKnowledge, _ loop: EventLoop
    ) {
        runner.register(TranscribeAgainJob.self, TranscribeAgainJob.options) { run, job in
            try await job.run(stages.job.pipeline.database, in: run.tenant)
        }
        runner.register(TranscribeCallJob.self, TranscribeCallJob.options) { run, job in
            try await stages.job.run(run, job.callID) {
                try await stages.transcription.run(job, in: run.tenant, loop: loop)
            }
        }
        runner.register(AnalyseCallJob.self, AnalyseCallJob.options) { run, job in
            try await stages.job.run(run, job.callID) {
                try await stages.analysis.run(
                    job, in: run.tenant, timeZone: knowledge.tenant(run.tenant)?.timeZone ?? .utc)
            }
        }
    }

    /// Silenced copies, smaller recordings, uploads that nobody finished.
    private static func registerRecordings(
        _ seat: ServiceSeat<CallsConfiguration>, _ shared: CallsService.Shared, blobs: any BlobStore,
        knowledge: any TenantKnowledge, on runner: JobRunner
    ) throws {
        let workshop = RecordingWorkshop(
            recordings: RecordingStore(database: seat.database), redactions: RedactionStore(database: seat.database),
            blobs: blobs, recode: RecodeProcess(), slots: shared.children, workFolder: shared.folders.work)
        register(workshop, on: runner, loop: seat.loop)
        let recoding = RecordingRecoding(
            database: seat.database, workshop: workshop, knowledge: knowledge, logger: seat.logger)
        runner.register(RecodeRecordingsJob.self, RecodeRecordingsJob.options) { [loop = seat.loop] _, _ in
            try await recoding.run(loop: loop)
        }
        try runner.schedule(RecodeRecordingsJob(), every: .seconds(86_400), offset: .seconds(4 * 3_600))
        let live = LiveStore(database: seat.database)
        runner.register(ClearLiveUpdatesJob.self, upkeep) { _, _ in
            try await live.clear(before: .now() - .seconds(86_400))
        }
        try runner.schedule(ClearLiveUpdatesJob(), every: .seconds(3_600), offset: .seconds(1_800))
        let uploads = UploadSweep(store: UploadStore(database: seat.database), blobs: blobs)
        runner.register(ExpireUploadsJob.self, upkeep) { _, _ in try await uploads.run() }
        try runner.schedule(ExpireUploadsJob(), every: .seconds(3_600), offset: .seconds(1_200))
    }

    static func register(_ workshop: RecordingWorkshop, on runner: JobRunner, loop: EventLoop) {
        runner.register(RedactRecordingJob.self, RedactRecordingJob.options) { run, job in
            do {
                try await workshop.redact(job, in: run.tenant, loop: loop)
            } catch {
                guard !Task.isCancelled else { throw CancellationError() }
                let failure = PipelineJob.failure(for: error)
                if failure?.isFinal == true || run.isLastAttempt {
                    try await workshop.noteFailure(failure, of: job.callID, in: run.tenant)
                }
                throw failure ?? error
            }
        }
    }

    /// What comes again and again; the hours are quiet ones in most of the world's offices.
    private static func schedule(_ upkeep: Upkeep, on runner: JobRunner) throws {
        let options = CallJobService.upkeep
        runner.register(SettleCallsJob.self, options) { _, _ in try await upkeep.settle() }
        runner.register(PurgeBinJob.self, options) { _, _ in try await upkeep.purge() }
        runner.register(SweepBlobsJob.self, options) { _, _ in try await upkeep.sweep() }
        try runner.schedule(SettleCallsJob(), every: .seconds(60))
        try runner.schedule(PurgeBinJob(), every: .seconds(3_600), offset: .seconds(600))
        try runner.schedule(SweepBlobsJob(), every: .seconds(86_400), offset: .seconds(3 * 3_600))
    }
}
