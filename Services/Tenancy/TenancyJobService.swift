import Crypto
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
        try registerLifeCycle(ErasurePursuit(database: database, secrets: queue.secrets))
    }

    /// Erasing, and what has to be done again and again.
    private func registerLifeCycle(_ pursuit: ErasurePursuit) throws {
        let options = JobOptions(maxAttempts: 8, concurrency: 1, perTenant: 1, timeout: .seconds(3_600))
        runner.register(EraseOwnJob.self, options) { run, job in try await pursuit.run(run, job) }
        runner.register(PursueErasuresJob.self, options) { _, _ in try await pursuit.pursue() }
        try runner.schedule(PursueErasuresJob(), every: .seconds(600), offset: .seconds(120))
    }

    /// Runs until the task is cancelled and what runs then has ended or was given back.
    func run() async { await runner.run() }
}
