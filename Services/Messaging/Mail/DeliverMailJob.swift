import HTTPClient
import Jobs
import Mail
import Models
import Telemetry

/// Hands a letter to the mail server.
struct DeliverMailJob: Job {
    static let kind = "deliver_mail"
    /// About a day in all: a mail server may be away for a night, and greylisting takes minutes.
    static let options = JobOptions(
        maxAttempts: 20, concurrency: 4, perTenant: 2, timeout: .seconds(180),
        backoff: JobBackoff(first: .seconds(5), longest: .seconds(14_400)))

    var mailID: MailID
}

/// The mail server, and in whose name letters go out.
struct MailSending: Sendable {
    let client: MailClient
    let from: MailAddress
}

/// Sends the letters of the queue.
struct MailDelivery: Sendable {
    let store: MailStore
    let seal: MailSeal
    /// Nil without a mail server.
    let sending: MailSending?

    func run(_ run: JobRun, _ job: DeliverMailJob) async throws {
        let id = job.mailID
        guard let sending else { return try await store.keep(id, in: run.tenant) }
        // Nothing left to send: a run before this one has sent it, or it is too old.
        guard let waiting = try await store.waiting(id, in: run.tenant) else { return }
        let mail = try seal.open(waiting.sealed, id, of: run.tenant)
        do {
            try await sending.client.send(MailLayout.message(mail, from: sending.from, at: waiting.createdAt))
        } catch let error as SMTPError {
            try await fail(error.code, error.description, isFinal: error.isFinal, id, run)
        } catch is MailError {
            try await fail("invalid_message", "The letter cannot be written.", isFinal: true, id, run)
        }
        try await store.setSent(id, run)
        run.logger.info("Mail sent", [.string("mail_id", id.description), .string("kind", mail.kind)])
    }

    private func fail(
        _ code: String, _ detail: String, isFinal: Bool, _ id: MailID, _ run: JobRun
    ) async throws -> Never {
        try await store.noteFailure(code, isFinal: isFinal || run.isLastAttempt, of: id, run)
        throw JobFailure(code, detail, isFinal: isFinal)
    }
}
