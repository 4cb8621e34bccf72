import IO
import Jobs
import Models
import Postgres

/// Looks again at the records of domains: of those that wait to be verified often, of verified ones once a day.
struct CheckDomainsJob: Job {
    static let kind = "check_domains"
    static let options = JobOptions(
        maxAttempts: 5, concurrency: 1, perTenant: 1, timeout: .seconds(300), backoff: JobBackoff())
    /// What one run takes; the rest waits for the next one.
    private static let batch = 200
    /// A run ends after so many milliseconds, however slow the servers of those zones are.
    private static let budget: UInt64 = 120_000

    static func run(
        _ database: Database, records: TextRecordClient, mail: MailQueue, loop: EventLoop
    ) async throws {
        let started = loop.now
        let due = try await DomainStore(rows: database.tenant(.platform)).takeDue(limit: batch)
        for domain in due where loop.now - started < budget {
            let rows = database.tenant(domain.tenant)
            guard let found = try await DomainStore(rows: rows).find(domain.id, in: domain.tenant) else { continue }
            let finding = try await records.texts(of: found.recordName)
            _ = try await DomainLifeStore(database: rows, mail: mail).note(
                finding, of: found.id, origin: Origin(actor: .service(.tenancy)), in: domain.tenant)
        }
    }
}
