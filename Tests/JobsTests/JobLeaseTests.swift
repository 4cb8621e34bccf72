import DatabaseTestSupport
import FoundationEssentials
import IO
import JSON
import Models
import Postgres
import Synchronization
import Telemetry
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(20))) struct JobLeaseTests {
    @Test func `a tenant's backlog delays no other tenant`() async throws {
        try await withQueue { database, _, _ in
            let (large, small) = (TenantID.make(), TenantID.make())
            try await database.enqueue(0..<100, for: large)
            try await database.enqueue([0, 1], for: small)
            let store = LeaseStore(database: database, lease: .v7(), duration: .seconds(30))
            let first = try await store.take("mark", count: 4, perTenant: 3)
            #expect(first.count { $0.tenant == large } == 2)
            #expect(first.count { $0.tenant == small } == 2)
            // The large tenant may have one more; the small one has nothing left.
            let second = try await store.take("mark", count: 4, perTenant: 3)
            #expect(second.map(\.tenant) == [large])
            let third = try await store.take("mark", count: 4, perTenant: 3)
            #expect(third.isEmpty)
        }
    }

    @Test func `two runners never take the same job, nor more of a tenant than it may have`() async throws {
        try await withQueue { database, _, _ in
            let tenant = TenantID.make()
            try await database.enqueue(0..<40, for: tenant)
            let taken = try await withThrowingTaskGroup(of: [LeasedJob].self) { group in
                for _ in 0..<8 {
                    group.addTask {
                        let store = LeaseStore(database: database, lease: .v7(), duration: .seconds(30))
                        return try await store.take("mark", count: 3, perTenant: 10)
                    }
                }
                return try await group.reduce([], +)
            }
            #expect(taken.count == 10)
            #expect(Set(taken.map(\.id)).count == 10)
        }
    }

    @Test func `the oldest due job of a tenant comes first, a later one not before its time`() async throws {
        try await withQueue { database, _, _ in
            let tenant = TenantID.make()
            try await database.tenant(tenant).transaction { transaction in
                let queue = JobQueue(transaction)
                try await queue.enqueue(MarkJob(number: 1), delay: .seconds(600))
                try await queue.enqueue(MarkJob(number: 2))
            }
            let oldest = try await database.enqueue([3], for: tenant)[0]
            try await database.execute("UPDATE jobs SET run_at = now() - interval '1 hour' WHERE id = \(oldest)")
            let store = LeaseStore(database: database, lease: .v7(), duration: .seconds(30))
            let first = try await store.take("mark", count: 1, perTenant: 10)
            #expect(first.map(\.id) == [oldest])
            let rest = try await store.take("mark", count: 10, perTenant: 10)
            #expect(rest.count == 1)
        }
    }

    @Test func `the jobs of a dead runner are run by another`() async throws {
        try await withQueue { database, _, loop in
            let tenant = TenantID.make()
            try await database.enqueue([5], for: tenant)
            // A lease that has run out already, as if its holder had died long ago.
            let dead = LeaseStore(database: database, lease: .v7(), duration: .seconds(-60))
            let held = try await dead.take("mark", count: 1, perTenant: 1)
            #expect(held.count == 1)
            let diary = Diary<Int>()
            let runner = database.runner(on: loop, poll: .milliseconds(20))
            runner.register(MarkJob.self) { run, job in
                #expect(run.attempt == 2)
                diary.write(job.number)
            }
            runner.start()
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            #expect(diary.entries == [5])
        }
    }

    @Test func `a job that kills its runners is dead after its attempts`() async throws {
        try await withQueue { database, _, _ in
            let tenant = database.tenant(.make())
            let id = try await database.enqueue([5], for: tenant.tenant)[0]
            let store = LeaseStore(database: database, lease: .v7(), duration: .seconds(-60))
            for _ in 0..<2 {
                let held = try await store.take("mark", count: 1, perTenant: 1)
                #expect(held.count == 1)
                let freed = try await store.rescue("mark", maxAttempts: 2)
                #expect(freed == 1)
            }
            let record = try #require(try await JobStore(tenant).find(id))
            #expect(record.state == .dead)
            #expect(record.errorCode == "worker_lost")
        }
    }

    @Test func `a runner that has lost its lease is told and changes nothing`() async throws {
        try await withQueue { database, _, loop in
            let tenant = TenantID.make()
            let started = Diary<Int>()
            let ended = Diary<Bool>()
            let runner = database.runner(on: loop, lease: .milliseconds(90))
            runner.register(MarkJob.self) { run, job in
                started.write(job.number)
                do {
                    try await loop.sleep(for: .seconds(600))
                } catch {
                    ended.write(error is CancellationError)
                    throw error
                }
            }
            runner.start()
            let id = try await database.enqueue([1], for: tenant)[0]
            await started.wait(for: 1)
            let other = UUID.v7()
            try await database.execute(
                "UPDATE jobs SET lease_id = \(other), leased_until_at = now() + interval '1 hour' WHERE id = \(id)")
            await ended.wait(for: 1)
            #expect(ended.entries == [true])
            await runner.stop(within: .seconds(5))
            let holder = try await database.value("SELECT lease_id FROM jobs WHERE id = \(id)", as: UUID.self)
            #expect(holder == other)
        }
    }

    @Test func `a lease lives as long as its runner does`() async throws {
        try await withQueue { database, _, _ in
            try await database.enqueue([1], for: .make())
            let store = LeaseStore(database: database, lease: .v7(), duration: .seconds(30))
            let job = try await store.take("mark", count: 1, perTenant: 1)[0]
            try await database.execute("UPDATE jobs SET leased_until_at = now() - interval '1 second'")
            let kept = try await store.prolong()
            #expect(kept == [job.id])
            let freed = try await store.rescue("mark", maxAttempts: 5)
            #expect(freed == 0)
        }
    }

    @Test func `what a job says is hidden from other tenants by row-level security alone`() async throws {
        try await withQueue { database, test, _ in
            let tenant = TenantID.make()
            try await database.enqueue([1], for: tenant)
            #expect(try await test.rowsVisible(in: "job_payloads", to: tenant) == 1)
            #expect(try await test.rowsVisible(in: "job_payloads", to: .make()) == 0)
            let columns = try await database.values(
                """
                SELECT data_type FROM information_schema.columns
                WHERE table_name = 'jobs' AND data_type IN ('json', 'jsonb', 'bytea')
                """, as: String.self)
            #expect(columns.isEmpty)
        }
    }
}

@Suite(.timeLimit(.minutes(20))) struct JobScheduleTests {
    private func schedule(every interval: Duration, offset: Duration = .zero) throws -> JobSchedule {
        JobSchedule(
            name: "mark", kind: "mark", interval: interval, offset: offset,
            payload: try JSONText(encoding: MarkJob(number: 9)))
    }

    @Test func `a schedule falls on whole multiples and its offset`() throws {
        let hourly = try schedule(every: .seconds(3600))
        #expect(hourly.next(after: Timestamp(seconds: 7200)) == Timestamp(seconds: 10_800))
        #expect(hourly.next(after: Timestamp(seconds: 7201)) == Timestamp(seconds: 10_800))
        let daily = try schedule(every: .seconds(86_400), offset: .seconds(10_800))
        #expect(daily.next(after: Timestamp(seconds: 0)) == Timestamp(seconds: 10_800))
        #expect(daily.next(after: Timestamp(seconds: 10_800)) == Timestamp(seconds: 97_200))
    }

    @Test func `of many runners one enqueues a periodic job, once for each time`() async throws {
        try await withQueue { database, _, _ in
            let schedule = try schedule(every: .seconds(3600))
            let start = Timestamp(seconds: 1_800_000_000)
            func leaders(at now: Timestamp) async throws -> Int {
                try await withThrowingTaskGroup(of: Bool.self) { group in
                    for _ in 0..<5 { group.addTask { try await schedule.enqueueIfDue(in: database, now: now) } }
                    return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
                }
            }
            #expect(try await leaders(at: start) == 1)
            #expect(try await leaders(at: start + .seconds(10)) == 0)
            #expect(try await leaders(at: start + .seconds(3600)) == 1)
            // The first one still waits, so there is no second.
            let jobs = try await JobStore(database.tenant(.platform)).list(.waiting)
            #expect(jobs.map(\.kind) == ["mark"])
        }
    }

    @Test func `a runner enqueues and runs what it has on schedule`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self) { run, job in
                #expect(run.tenant == .platform)
                diary.write(job.number)
            }
            try runner.schedule(MarkJob(number: 3), every: .seconds(3600))
            runner.start()
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            #expect(diary.entries == [3])
        }
    }
}
