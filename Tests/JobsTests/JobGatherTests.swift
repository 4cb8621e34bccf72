import Models
import Postgres
import Testing

@testable import Jobs

@Suite(.timeLimit(.minutes(5))) struct JobGatherTests {
    private func gather(_ connection: ConnectionID, for time: Duration, _ transaction: Transaction) async throws {
        try await JobQueue(transaction).gather(MarkJob(number: 1), about: connection, for: time)
    }

    private func waiting(_ database: Database) async throws -> Int? {
        try await database.value("SELECT count(*) FROM jobs WHERE state = 'waiting'", as: Int.self)
    }

    @Test func `one job serves all that is written in a moment, and each thing has its own`() async throws {
        try await withQueue { database, _, _ in
            let (tenant, first, second) = (database.tenant(.make()), ConnectionID.make(), ConnectionID.make())
            for connection in [first, first, second, first] {
                try await tenant.transaction { try await gather(connection, for: .seconds(600), $0) }
            }
            #expect(try await waiting(database) == 2)
            let payloads = try await tenant.value("SELECT count(*) FROM job_payloads", as: Int.self)
            #expect(payloads == 2)
            // Due too soon to be held, or failed and put off: neither sees to it that what is written now is soon read.
            for time: Duration in [.seconds(100), .seconds(3_600)] {
                try await database.execute("UPDATE jobs SET run_at = now() + \(time)")
                try await tenant.transaction { try await gather(first, for: .seconds(600), $0) }
            }
            #expect(try await waiting(database) == 4)
        }
    }

    @Test func `a job that a transaction counts on is not taken before it ends`() async throws {
        try await withQueue { database, _, _ in
            let (tenant, connection) = (database.tenant(.make()), ConnectionID.make())
            try await tenant.transaction { try await gather(connection, for: .seconds(600), $0) }
            let taking: SQL = """
                SELECT count(*) FROM (SELECT FROM jobs WHERE state = 'waiting' FOR UPDATE SKIP LOCKED) AS free
                """
            try await tenant.transaction { transaction in
                try await gather(connection, for: .seconds(600), transaction)
                #expect(try await database.value(taking, as: Int.self) == 0)
            }
            #expect(try await database.value(taking, as: Int.self) == 1)
        }
    }

    @Test func `a runner is woken when the moment is over`() async throws {
        try await withQueue { database, _, loop in
            let diary = Diary<Int>()
            // Its poll comes too late for this test.
            let runner = database.runner(on: loop)
            runner.register(MarkJob.self) { _, job in diary.write(job.number) }
            runner.start()
            try await database.tenant(.make()).transaction { try await gather(.make(), for: .milliseconds(60), $0) }
            await diary.wait(for: 1)
            await runner.stop(within: .seconds(5))
            #expect(try await waiting(database) == 0)
        }
    }

    @Test func `what a runner is told names the kind and the time`() {
        for wake in [JobWake(kind: "mark"), JobWake(kind: "mark", after: .milliseconds(150))] {
            #expect(JobWake(message: wake.message) == wake)
        }
        #expect(JobWake(kind: "mark").message == "mark")
        #expect(JobWake(message: "mark soon") == JobWake(kind: "mark"))
        #expect(JobWake(message: "mark 99999999").after == .seconds(2))
    }
}
