import DatabaseTestSupport
import IO
import Models
import Postgres
import Synchronization
import Telemetry
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(20))) struct JobRunnerTests {
    @Test func `a job runs after its transaction and is then gone`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            let (tenant, call) = (TenantID.make(), CallID.make())
            runner.register(MarkJob.self) { run, job in
                #expect(run.tenant == tenant)
                #expect(run.subject == call.uuid)
                #expect(run.attempt == 1)
                diary.write(job.number)
            }
            runner.start()
            let id = try await database.tenant(tenant).transaction { transaction in
                try await JobQueue(transaction).enqueue(MarkJob(number: 7), about: call)
            }
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            #expect(diary.entries == [7])
            let left = try await JobStore(database.tenant(tenant)).find(id)
            #expect(left == nil)
            let payloads = try await database.tenant(tenant).value("SELECT count(*) FROM job_payloads", as: Int.self)
            #expect(payloads == 0)
        }
    }

    @Test func `a job goes on with the trace of what enqueued it`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<TraceContext?>()
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self) { _, _ in diary.write(.current) }
            runner.start()
            let cause = TraceContext.make()
            try await TraceContext.$current.withValue(cause) { _ = try await database.enqueue([1], for: .make()) }
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            let trace = try #require(diary.entries.first ?? nil)
            #expect(trace.traceID == cause.traceID)
            #expect(trace.spanID != cause.spanID)
        }
    }

    @Test func `a transaction that is rolled back enqueues nothing`() async throws {
        struct Refused: Error {}
        try await withQueue { database, _, _ in
            await #expect(throws: Refused.self) {
                try await database.tenant(.make()).transaction { transaction in
                    try await JobQueue(transaction).enqueue(MarkJob(number: 1))
                    throw Refused()
                }
            }
            let count = try await database.value("SELECT count(*) FROM jobs", as: Int.self)
            #expect(count == 0)
        }
    }

    @Test func `jobs that were waiting before the start are found`() async throws {
        try await withQueue { database, _, loop in
            try await database.enqueue(0..<20, for: .make())
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self) { _, job in diary.write(job.number) }
            runner.start()
            await diary.wait(for: 20)
            await runner.stop(within: .seconds(5))
            #expect(diary.entries.sorted() == Array(0..<20))
        }
    }

    @Test func `a failing job is tried again with pauses and then dead, with its last error`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let log = LogCapture()
            let runner = database.runner(on: loop, logger: log.logger())
            let backoff = JobBackoff(first: .milliseconds(2), longest: .milliseconds(5))
            runner.register(MarkJob.self, JobOptions(maxAttempts: 3, backoff: backoff)) { run, _ in
                diary.write(run.attempt)
                throw JobFailure("provider_busy", "The provider is busy.")
            }
            runner.start()
            let tenant = database.tenant(.make())
            let id = try await database.enqueue([1], for: tenant.tenant)[0]
            await diary.wait(for: 3)
            await runner.stop(within: .seconds(5))
            #expect(diary.entries == [1, 2, 3])
            let jobs = JobStore(tenant)
            let record = try #require(try await jobs.find(id))
            #expect(record.state == .dead)
            #expect(record.attempts == 3)
            #expect(record.errorCode == "provider_busy")
            #expect(record.errorDetail == "The provider is busy.")
            #expect(try await jobs.list(.dead).map(\.id) == [id])
            #expect(try await JobStore(database.tenant(.make())).list(.dead).isEmpty)
            #expect(log.text.contains("\"job.outcome\":\"dead\""))

            #expect(try await jobs.retry(id))
            let again = try #require(try await jobs.find(id))
            #expect(again.state == .waiting)
            #expect(again.attempts == 0)
            #expect(try await jobs.discard(id) == false)
        }
    }

    @Test func `an unknown error says nothing to people, and a final one is not tried again`() async throws {
        struct Broken: Error, CustomDebugStringConvertible { let debugDescription = "the disk is full" }
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let log = LogCapture()
            let runner = database.runner(on: loop, logger: log.logger())
            runner.register(MarkJob.self, JobOptions(backoff: JobBackoff(first: .seconds(600)))) { _, job in
                defer { diary.write(job.number) }
                guard job.number == 1 else { throw JobFailure("gone", "The call was erased.", isFinal: true) }
                throw Broken()
            }
            runner.start()
            let tenant = database.tenant(.make())
            let ids = try await database.enqueue([1, 2], for: tenant.tenant)
            await diary.wait(for: 2)
            await runner.stop(within: .seconds(5))
            let first = try #require(try await JobStore(tenant).find(ids[0]))
            #expect(first.state == .waiting)
            #expect(first.errorCode == "internal")
            #expect(first.errorDetail?.contains("disk") == false)
            #expect(log.text.contains("the disk is full"))
            #expect(first.runAt > first.since)
            let second = try #require(try await JobStore(tenant).find(ids[1]))
            #expect(second.state == .dead)
            #expect(second.attempts == 1)
        }
    }

    @Test func `a job takes itself out of the queue with its last effect`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self) { run, job in
                try await database.tenant(run.tenant).transaction { transaction in
                    try await transaction.execute("INSERT INTO effects VALUES (\(job.number))")
                    try await run.finish(in: transaction)
                }
                diary.write(job.number)
            }
            runner.start()
            try await database.enqueue([1, 2], for: .make())
            await diary.wait(for: 2)
            await runner.stop(within: .seconds(5))
            let effects = try await database.values("SELECT id FROM effects ORDER BY id", as: Int.self)
            #expect(effects == [1, 2])
            let left = try await database.value("SELECT count(*) FROM jobs", as: Int.self)
            #expect(left == 0)
        }
    }

    @Test func `a stopping runner lets jobs end, then gives back what does not`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self, JobOptions(perTenant: 4)) { _, job in
                diary.write(job.number)
                if job.number == 2 { try await loop.sleep(for: .seconds(600)) }
            }
            runner.start()
            let tenant = database.tenant(.make())
            let ids = try await database.enqueue([1, 2], for: tenant.tenant)
            await diary.wait(for: 2)
            await runner.stop(within: .milliseconds(50))
            #expect(runner.running == 0)
            let jobs = JobStore(tenant)
            #expect(try await jobs.find(ids[0]) == nil)
            let returned = try #require(try await jobs.find(ids[1]))
            #expect(returned.state == .waiting)
            #expect(returned.attempts == 0)
            #expect(returned.errorCode == nil)
        }
    }

    @Test func `a job that takes too long is broken off and counts as failed`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            let options = JobOptions(maxAttempts: 1, timeout: .milliseconds(30))
            runner.register(MarkJob.self, options) { _, job in
                defer { diary.write(job.number) }
                try await loop.sleep(for: .seconds(600))
            }
            runner.start()
            let tenant = database.tenant(.make())
            let id = try await database.enqueue([1], for: tenant.tenant)[0]
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            let record = try #require(try await JobStore(tenant).find(id))
            #expect(record.state == .dead)
            #expect(record.errorCode == "timeout")
        }
    }

    @Test func `a payload of another shape is dead at once, and kinds nobody knows stay`() async throws {
        struct StrangeJob: Job {
            static let kind = "mark"
            var words: [String]
        }
        struct UnknownJob: Job {
            static let kind = "unknown"
        }
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self) { _, job in diary.write(job.number) }
            let tenant = database.tenant(.make())
            let (strange, unknown) = try await tenant.transaction { transaction in
                let queue = JobQueue(transaction)
                let strange = try await queue.enqueue(StrangeJob(words: ["a"]))
                let unknown = try await queue.enqueue(UnknownJob())
                try await queue.enqueue(MarkJob(number: 1))
                return (strange, unknown)
            }
            runner.start()
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            let jobs = JobStore(tenant)
            #expect(try await jobs.find(strange)?.errorCode == "invalid_payload")
            #expect(try await jobs.find(strange)?.state == .dead)
            #expect(try await jobs.find(unknown)?.state == .waiting)
            let counts = try await JobCount.all(in: database)
            #expect(counts.map { "\($0.kind) \($0.state) \($0.count)" } == ["mark dead 1", "unknown waiting 1"])
        }
    }
}
