import IO
import Jobs
import ServiceKit

/// All queued work of the service, on one loop of the process.
///
/// Confined to that loop, hence `@unchecked Sendable`.
final class MessagingJobService: @unchecked Sendable {
    /// Longer than this a stop does not wait for what runs; it is given back to the queue.
    private static let grace = Duration.seconds(20)

    private let loop: EventLoop
    private let runner: JobRunner

    init(_ seat: ServiceSeat<MessagingConfiguration>, mail: MailDelivery) throws {
        loop = seat.loop
        runner = JobRunner(loop: seat.loop, database: seat.database, logger: seat.logger, metrics: seat.metrics)
        runner.register(DeliverMailJob.self, DeliverMailJob.options) { run, job in try await mail.run(run, job) }
        let mailbox = MailboxStore(database: seat.database)
        runner.register(ForgetMailJob.self, ForgetMailJob.options) { _, _ in try await ForgetMailJob.run(mailbox) }
        try runner.schedule(ForgetMailJob(), every: .seconds(3_600), offset: .seconds(300))
    }

    /// Runs until the task is cancelled and what runs then has ended or was given back.
    func run() async {
        runner.start()
        while !Task.isCancelled {
            do { try await loop.sleep(for: .seconds(3_600)) } catch { break }
        }
        // A task of its own: this one is cancelled, and giving jobs back asks the database.
        await loop.spawn { [runner] in await runner.stop(within: MessagingJobService.grace) }.value
    }
}
