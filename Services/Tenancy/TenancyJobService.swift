import Clients
import Crypto
import IO
import Jobs
import Models
import ServiceKit

/// All queued work of the service, on one loop of the process.
///
/// Confined to that loop, hence `@unchecked Sendable`.
final class TenancyJobService: @unchecked Sendable {
    private let runner: JobRunner

    init(
        _ seat: ServiceSeat<TenancyConfiguration>, records: TextRecordClient, mail: MailDelivery,
        links: InvitationLinks,
        secrets: SecretBox
    ) throws {
        runner = JobRunner(loop: seat.loop, database: seat.database, logger: seat.logger, metrics: seat.metrics)
        runner.register(SendMailJob.self, SendMailJob.options) { run, job in try await mail.run(run, job) }
        let (database, queue) = (seat.database, mail.queue)
        runner.register(StartPasswordResetJob.self, StartPasswordResetJob.options) { run, job in
            try await StartPasswordResetJob.run(run, job, database: database, links: links, mail: queue)
        }
        runner.register(FindTenantsJob.self, FindTenantsJob.options) { _, job in
            try await FindTenantsJob.run(job, database: database, links: links, mail: queue)
        }
        let loop = seat.loop
        runner.register(CheckDomainsJob.self, CheckDomainsJob.options) { _, _ in
            try await CheckDomainsJob.run(database, records: records, mail: queue, loop: loop)
        }
        let resealing = Resealing(database: database, secrets: secrets, logger: seat.logger)
        runner.register(ResealSecretsJob.self, ResealSecretsJob.options) { _, _ in
            _ = try await resealing.run(origin: Origin(actor: .service(.tenancy)))
        }
        try runner.schedule(ResealSecretsJob(), every: .seconds(3_600), offset: .seconds(1_200))
        try runner.schedule(CheckDomainsJob(), every: .seconds(60))
    }

    /// Erasing, archives and the chain of the audit log; before `run`.
    func register(_ parts: LifeCycleJobs) throws {
        let options = JobOptions(maxAttempts: 8, concurrency: 1, perTenant: 1, timeout: .seconds(3_600))
        let (pursuit, exporting, sealing) = (parts.pursuit, parts.exporting, parts.sealing)
        runner.register(EraseOwnJob.self, options) { run, job in try await pursuit.run(run, job) }
        runner.register(PursueErasuresJob.self, options) { _, _ in try await pursuit.pursue() }
        try runner.schedule(PursueErasuresJob(), every: .seconds(600), offset: .seconds(120))
        runner.register(BulkJob.self, BulkJob.options) { [changing = parts.changing] _, job in
            try await changing.run(job)
        }
        runner.register(ReplayErasuresJob.self, options) { [replay = parts.replay] run, _ in
            try await replay.run(run.logger)
        }
        try runner.schedule(ReplayErasuresJob(), every: .seconds(600), offset: .seconds(60))
        runner.register(ExportJob.self, ExportJob.options) { [loop = parts.loop, clients = parts.clients] run, job in
            try await exporting.run(run, job, loop: loop, clients: clients)
        }
        runner.register(ExpireExportsJob.self, options) { _, _ in try await exporting.expire() }
        try runner.schedule(ExpireExportsJob(), every: .seconds(3_600), offset: .seconds(900))
        runner.register(SealAuditJob.self, options) { run, _ in try await sealing.seal(run.logger) }
        try runner.schedule(SealAuditJob(), every: .seconds(60))
        runner.register(PruneAuditJob.self, options) { [knowledge = parts.knowledge] _, _ in
            try await sealing.prune(knowledge)
        }
        runner.register(WatchVolumeJob.self, options) { [volume = parts.volume] run, _ in
            try await volume.run(run.logger)
        }
        runner.register(GatherFiguresJob.self, GatherFiguresJob.options) {
            [database = parts.pursuit.database, clients = parts.clients] _, _ in
            try await GatherFiguresJob.run(database, clients(.calls))
        }
        try runner.schedule(GatherFiguresJob(), every: .seconds(300), offset: .seconds(30))
        try runner.schedule(WatchVolumeJob(), every: .seconds(600), offset: .seconds(300))
        try runner.schedule(PruneAuditJob(), every: .seconds(86_400), offset: .seconds(4 * 3_600))
    }

    /// Runs until the task is cancelled and what runs then has ended or was given back.
    func run() async { await runner.run() }
}

/// What the jobs of tenants' and people's ends stand on.
struct LifeCycleJobs: Sendable {
    let pursuit: ErasurePursuit
    let replay: ErasureReplay
    let changing: BulkChanging
    let exporting: TenantExporting
    let sealing: AuditSealing
    let volume: VolumeWatch
    let knowledge: any TenantKnowledge
    let clients: @Sendable (ServiceName) -> ServiceClient
    let loop: EventLoop
}
