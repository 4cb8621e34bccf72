import Clients
import Jobs
import LifeCycle
import ServiceKit

/// All queued work of the service, on one loop of the process.
///
/// Confined to that loop, hence `@unchecked Sendable`.
final class MessagingJobService: @unchecked Sendable {
    private let runner: JobRunner

    init(_ seat: ServiceSeat<MessagingConfiguration>, mail: MailDelivery, tenancy: ServiceClient) throws {
        runner = JobRunner(loop: seat.loop, database: seat.database, logger: seat.logger, metrics: seat.metrics)
        runner.register(DeliverMailJob.self, DeliverMailJob.options) { run, job in try await mail.run(run, job) }
        let mailbox = MailboxStore(database: seat.database)
        runner.register(ForgetMailJob.self, ForgetMailJob.options) { _, _ in try await ForgetMailJob.run(mailbox) }
        try runner.schedule(ForgetMailJob(), every: .seconds(3_600), offset: .seconds(300))
        LifeCycle(seat.database, steps: .ofMessaging).register(on: runner, tenancy: tenancy)
    }

    /// Runs until the task is cancelled and what runs then has ended or was given back.
    func run() async { await runner.run() }
}
