import Jobs
import Models
import Postgres

/// Looks for the account of an address and mails it a link, apart from the request, whose time must not tell.
struct StartPasswordResetJob: Job {
    static let kind = "start_password_reset"
    static let options = JobOptions(maxAttempts: 5, concurrency: 2, perTenant: 1, timeout: .seconds(30))

    var email: EmailAddress
    /// Where the request came from.
    var address: String

    static func run(_ run: JobRun, _ job: Self, database: Database, links: InvitationLinks, mail: MailQueue)
        async throws
    {
        var origin = Origin(actor: .anonymous)
        origin.address = job.address
        try await PasswordLifeStore(database: database.tenant(run.tenant)).startReset(
            of: job.email, links: links, mail: mail, origin: origin, in: run.tenant)
    }
}
