import Jobs
import Models
import Postgres

/// Looks for the tenants that know an address and tells them to it, apart from the request, whose time must not tell.
struct FindTenantsJob: Job {
    static let kind = "find_tenants"
    static let options = JobOptions(maxAttempts: 5, concurrency: 2, perTenant: 1, timeout: .seconds(30))

    var email: EmailAddress

    static func run(_ job: Self, database: Database, links: InvitationLinks, mail: MailQueue) async throws {
        try await database.tenant(.platform).transaction { rows in
            let found = try await KnownTenantStore(rows: rows).list(of: job.email)
            guard let last = found.first else { return }
            // Each letter counts as a failed sign-in would: after a few of them the next one has to wait.
            let subject = Lockout.subject(of: "find-tenants", address: job.email.normalised)
            guard try await AttemptStore(rows: rows).noteFailure(subject: subject, in: .platform) != nil else { return }
            let places = found.map { "\($0.name) (\(links.page("", subdomain: $0.subdomain)))" }
            let letter = Letter(
                kind: .findMyTenant, to: job.email, language: last.language,
                values: ["tenants": places.joined(separator: ", ")])
            try await mail.send(letter, in: rows)
        }
    }
}
