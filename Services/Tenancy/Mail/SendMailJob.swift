import Clients
import Crypto
import FoundationEssentials
import HTTP
import Jobs
import Models
import Postgres

/// Hands a letter over to messaging.
///
/// The link is sealed while the job waits, and gone with the job once it is sent.
struct SendMailJob: Job {
    static let kind = "send_mail"
    static let options = JobOptions(
        maxAttempts: 12, concurrency: 4, perTenant: 2, timeout: .seconds(30),
        backoff: JobBackoff(first: .seconds(2), longest: .seconds(900)))

    var mailID: MailID
    var letter: Letter.Kind
    var to: EmailAddress
    var toName: String?
    var language: String
    var values: [Value]
    /// In base64.
    var sealedURL: String?

    /// A name in the text and what stands for it.
    struct Value: Codable, Sendable {
        var name: String
        var text: String
    }
}

/// Writes letters into the queue, in the transaction of what they tell.
struct MailQueue: Sendable {
    /// Nil where nothing is sent, as when routes are only described.
    let secrets: SecretBox?

    /// What becomes of an invitation's letter shows at the invitation.
    func send(_ letter: Letter, of invitation: InvitationID? = nil, in transaction: Transaction) async throws {
        guard let tenant = transaction.tenant else { preconditionFailure("a letter belongs to a tenant") }
        let id = MailID.make()
        let sealed = try letter.url.map { url in
            Base64.standard.encode(try box.seal(url, at: Self.place(id, tenant)))
        }
        try await JobQueue(transaction).enqueue(
            SendMailJob(
                mailID: id, letter: letter.kind, to: letter.to, toName: letter.toName, language: letter.language,
                values: letter.values.map { SendMailJob.Value(name: $0.key, text: $0.value) }, sealedURL: sealed),
            subject: invitation?.uuid)
        if let invitation {
            try await InvitationStore(rows: transaction).noteLetter(id, of: invitation, in: tenant)
        }
    }

    /// The letter of a job with its link opened.
    func letter(_ job: SendMailJob, of tenant: TenantID) throws -> Letter {
        let url = try job.sealedURL.map { text in
            guard let bytes = Base64.standard.decode(text) else { throw CryptoError.invalidEncoding }
            return try box.openText(bytes, at: Self.place(job.mailID, tenant))
        }
        return Letter(
            kind: job.letter, to: job.to, toName: job.toName, language: job.language,
            values: Dictionary(job.values.map { ($0.name, $0.text) }) { first, _ in first }, url: url)
    }

    private var box: SecretBox {
        get throws(Failure) {
            guard let secrets else { throw Failure(.internal) }
            return secrets
        }
    }

    private static func place(_ id: MailID, _ tenant: TenantID) -> SecretPlace {
        SecretPlace(tenant: tenant.description, table: "job_payloads", column: "payload", row: id.description)
    }
}

/// Sends what the queue of letters holds.
struct MailDelivery: Sendable {
    let queue: MailQueue
    let messaging: ServiceClient

    func run(_ run: JobRun, _ job: SendMailJob) async throws {
        guard let mail = LetterTexts.mail(try queue.letter(job, of: run.tenant), id: job.mailID) else {
            throw JobFailure("no_words", "There are no words for this kind of letter.", isFinal: true)
        }
        do {
            try await messaging.send(.post, "/internal/mail", mail, scope: .init(tenant: run.tenant))
        } catch let failure as Failure where (400..<500).contains(failure.status) && failure.status != 429 {
            throw JobFailure(failure.code.rawValue, failure.detail, isFinal: true)
        }
    }
}
