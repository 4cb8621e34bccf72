import DatabaseTestSupport
import IO
import Jobs
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport

struct MarkJob: Job {
    static let kind = "mark"
    var number: Int
}

/// What handlers did, in order, and a way to wait for it.
final class Diary<Entry: Sendable>: Sendable {
    private let (stream, continuation) = AsyncStream<Entry>.makeStream()
    private let kept = Mutex<[Entry]>([])

    func write(_ entry: Entry) {
        kept.withLock { $0.append(entry) }
        continuation.yield(entry)
    }

    var entries: [Entry] { kept.withLock { $0 } }

    /// Waits for so many entries; the tests' time limit is the bound.
    func wait(for count: Int) async {
        guard count > 0 else { return }
        var seen = 0
        for await _ in stream {
            seen += 1
            if seen == count { return }
        }
    }
}

/// Runs a test with a queue of its own.
func withQueue(
    poolSize: Int = 6,
    _ body: @escaping @Sendable (Database, TestDatabase, EventLoop) async throws -> Void
) async throws {
    try await withOpenDatabase(migrations: QueueSchema.migrations, poolSize: poolSize, body)
}

extension Database {
    func runner(
        on loop: EventLoop, poll: Duration = .seconds(60), lease: Duration = .seconds(30),
        logger: Logger = LogCapture().logger()
    ) -> JobRunner {
        JobRunner(
            loop: loop, database: self, configuration: JobRunnerConfiguration(poll: poll, lease: lease), logger: logger,
            metrics: Metrics())
    }

    @discardableResult
    func enqueue(_ numbers: some Sequence<Int>, for tenant: TenantID) async throws -> [JobID] {
        try await self.tenant(tenant).transaction { transaction in
            var ids: [JobID] = []
            for number in numbers { ids.append(try await JobQueue(transaction).enqueue(MarkJob(number: number))) }
            return ids
        }
    }
}
