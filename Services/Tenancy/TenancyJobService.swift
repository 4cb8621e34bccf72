import IO
import Jobs
import ServiceKit

/// All queued work of the service, on one loop of the process.
///
/// Confined to that loop, hence `@unchecked Sendable`.
final class TenancyJobService: @unchecked Sendable {
    /// Longer than this a stop does not wait for what runs; it is given back to the queue.
    private static let grace = Duration.seconds(20)

    private let loop: EventLoop
    private let runner: JobRunner

    init(_ seat: ServiceSeat<TenancyConfiguration>, mail: MailDelivery, links: InvitationLinks) {
        loop = seat.loop
        runner = JobRunner(loop: seat.loop, database: seat.database, logger: seat.logger, metrics: seat.metrics)
        runner.register(SendMailJob.self, SendMailJob.options) { run, job in try await mail.run(run, job) }
        let (database, queue) = (seat.database, mail.queue)
        runner.register(StartPasswordResetJob.self, StartPasswordResetJob.options) { run, job in
            try await StartPasswordResetJob.run(run, job, database: database, links: links, mail: queue)
        }
    }

    /// Runs until the task is cancelled and what runs then has ended or was given back.
    func run() async {
        runner.start()
        while !Task.isCancelled {
            do { try await loop.sleep(for: .seconds(3_600)) } catch { break }
        }
        // A task of its own: this one is cancelled, and giving jobs back asks the database.
        await loop.spawn { [runner] in await runner.stop(within: TenancyJobService.grace) }.value
    }
}
