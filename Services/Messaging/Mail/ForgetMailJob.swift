import Jobs
import Models

/// Forgets old letters: what they say after a week, everything after three months.
struct ForgetMailJob: Job {
    static let kind = "forget_mail"
    static let options = JobOptions(maxAttempts: 3, concurrency: 1, perTenant: 1, timeout: .seconds(600))
    static let contents = Duration.seconds(7 * 86_400)
    static let rows = Duration.seconds(90 * 86_400)

    static func run(_ store: MailboxStore, now: Timestamp = .now()) async throws {
        while try await store.forgetContents(before: now - contents) == MailStore.bound {}
        while try await store.remove(before: now - rows) == MailStore.bound {}
    }
}
