import DatabaseTestSupport
import IO
import Models
import Postgres
import Synchronization
import Telemetry
import TestSupport
import Testing

/// Each test has a server of its own, which it may stop and start.
@Suite struct RestartTests {
    private func restart(_ cluster: TestCluster, immediately: Bool) async throws {
        try await WorkerPool.files.run {
            cluster.stop(immediately: immediately)
            try cluster.start()
        }
    }

    @Test(arguments: [false, true])
    func `traffic goes on after a restart, and nothing happens twice`(immediately: Bool) async throws {
        try await withCluster { cluster, database, loop in
            try await database.execute("CREATE TABLE marks (id bigint CONSTRAINT marks_pkey PRIMARY KEY)")
            let (started, signal) = AsyncStream<Int>.makeStream()
            // Each number is inserted once and never again, so a repeated statement would fail by the primary key.
            let writers = (0..<4).map { writer in
                loop.spawn { () async -> (sure: [Int], unsure: [Int], failures: [PostgresError]) in
                    var (sure, unsure, failures) = ([Int](), [Int](), [PostgresError]())
                    for step in 0..<400 {
                        let number = step * 4 + writer
                        do {
                            try await database.execute("INSERT INTO marks VALUES (\(number))")
                            sure.append(number)
                        } catch let error as PostgresError where error.isOutcomeUnknown {
                            unsure.append(number)
                        } catch {
                            if let error = error as? PostgresError { failures.append(error) }
                        }
                        signal.yield(number)
                        // Long enough that the restart falls among the statements.
                        try? await loop.sleep(for: .milliseconds(1))
                    }
                    return (sure, unsure, failures)
                }
            }
            for await number in started where number > 200 { break }
            try await restart(cluster, immediately: immediately)
            var (sure, unsure) = (Set<Int>(), Set<Int>())
            for writer in writers {
                let outcome = await writer.value
                sure.formUnion(outcome.sure)
                unsure.formUnion(outcome.unsure)
                #expect(outcome.failures.isEmpty, "\(outcome.failures.map(\.debugDescription))")
            }
            #expect(unsure.count <= 4, "at most the statements under way may be in doubt")
            let stored = Set(try await database.values("SELECT id FROM marks", as: Int.self))
            // A crash may lose what fsync=off had not written, so it is the orderly stop that proves the commits.
            if !immediately { #expect(sure.isSubset(of: stored)) }
            #expect(stored.isSubset(of: sure.union(unsure)))
        }
    }

    @Test func `listeners catch up after a restart`() async throws {
        try await withCluster { cluster, database, _ in
            var heard = database.listen("jobs").makeAsyncIterator()
            #expect(await heard.next() == .caughtUp)
            try await restart(cluster, immediately: false)
            #expect(await heard.next() == .caughtUp)
            database.notify("jobs", "again")
            #expect(await heard.next() == .message("again"))
        }
    }

    @Test func `a server that stays away is unavailable after a bounded wait`() async throws {
        try await withCluster { cluster, _, loop in
            let log = LogCapture()
            var configuration = PostgresConfiguration(url: cluster.url, applicationName: "tests")
            configuration.waitForConnection = .milliseconds(300)
            let database = Database(loop: loop, configuration: configuration, logger: log.logger(), metrics: Metrics())
            defer { database.close() }
            // Each attempt waits as briefly as the one that is measured, so a busy machine needs several.
            func reach() async throws {
                var isReached = false
                while !isReached {
                    do {
                        try await database.execute("SELECT 1")
                        isReached = true
                    } catch let error as PostgresError where error.kind == .unavailable {}
                }
            }
            try await reach()
            try await WorkerPool.files.run { cluster.stop() }
            let clock = ContinuousClock()
            let took = await clock.measure {
                let error = await #expect(throws: PostgresError.self) { try await database.execute("SELECT 1") }
                #expect(error?.kind == .unavailable)
                #expect(error?.isOutcomeUnknown == false)
            }
            #expect(took < .seconds(60))
            #expect(log.text.contains("Database connection failed"))
            try await WorkerPool.files.run { try cluster.start() }
            try await reach()
            #expect(log.text.contains("Database connection was established again"))
        }
    }

    @Test func `passwords work over TCP by SCRAM, and a wrong one says nothing`() async throws {
        try await withCluster { cluster, database, loop in
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let port = socket.port
            try await database.execute("CREATE ROLE visitor LOGIN PASSWORD 'correct horse'")
            try await WorkerPool.files.run {
                cluster.stop()
                try cluster.start(listeningOn: "127.0.0.1", port: port)
            }
            func visitor(_ password: String, host: String) -> Database {
                var configuration = PostgresConfiguration(
                    url: Secret("postgresql://visitor:\(password)@\(host):\(port)/postgres"), applicationName: "tests")
                configuration.waitForConnection = .seconds(5)
                return Database(
                    loop: loop, configuration: configuration, logger: LogCapture().logger(), metrics: Metrics())
            }
            for host in ["127.0.0.1", "localhost"] {
                let right = visitor("correct%20horse", host: host)
                defer { right.close() }
                let name = try await right.value("SELECT current_user::text", as: String.self)
                #expect(name == "visitor")
            }
            let wrong = visitor("battery", host: "127.0.0.1")
            defer { wrong.close() }
            let error = await #expect(throws: PostgresError.self) { try await wrong.execute("SELECT 1") }
            #expect(error?.kind == .unavailable)
            #expect(error?.debugDescription.contains("battery") == false)
        }
    }
}
