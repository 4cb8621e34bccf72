import DatabaseTestSupport
import IO
import Models
import Postgres
import Telemetry
import TestSupport
import Testing

@Suite struct RoundTripTests {
    @Test func `the tenant's setting costs no round trip, nor does a batch`() async throws {
        try await withCluster { cluster, _, loop in
            let proxy = try CountingProxy()
            let thread = WorkerPool(name: "proxy", threads: 1, queueLimit: 1)
            let path = cluster.socketPath
            let running = loop.spawn { try? await thread.run { proxy.run(upstream: path) } }
            let url = "postgresql://postgres@127.0.0.1:\(proxy.port)/postgres?sslmode=disable&gssencmode=disable"
            let database = Database(
                loop: loop,
                configuration: PostgresConfiguration(url: Secret(url), applicationName: "tests", poolSize: 1),
                logger: LogCapture().logger(), metrics: Metrics())
            try await database.execute("SELECT 0")
            _ = proxy.take()
            let once = CountingProxy.Counts(syncs: 1, turns: 1)
            let tenant = database.tenant(.make())

            // The first time prepares both statements in the same flight.
            for number in 0..<3 {
                let echo = try await tenant.value("SELECT \(number)", as: Int.self)
                #expect(echo == number)
                #expect(proxy.take() == once)
            }
            let results = try await tenant.batch(["SELECT 1", "SELECT 2", "SELECT \(3)"])
            #expect(results.count == 3)
            #expect(proxy.take() == once)

            // BEGIN, the setting and the statement together; then COMMIT.
            try await tenant.transaction { transaction in
                try await transaction.execute("SELECT 1")
                #expect(proxy.take() == once)
            }
            #expect(proxy.take() == once)

            database.close()
            await running.value
        }
    }
}
