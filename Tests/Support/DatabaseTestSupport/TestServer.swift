import Glibc
import IO
import Postgres
import Synchronization
import Telemetry
import TestSupport

/// The server that all suites of one test process share.
enum TestServer {
    private static let cluster = Mutex<TestCluster?>(nil)

    /// The superuser's URL: `TEST_DATABASE_URL`, or a private cluster that is started by the first who asks.
    static func superuserURL() async throws -> Secret<String> {
        if let url = getenv("TEST_DATABASE_URL") { return Secret(String(cString: url)) }
        return try await WorkerPool.files.run {
            // Others wait here for the second that the first start takes; they have nothing to do without a server.
            try cluster.withLock { cluster in
                if let cluster { return cluster.url }
                let started = try TestCluster()
                try started.start()
                cluster = started
                atexit { TestServer.cluster.withLock { $0 }?.remove() }
                return started.url
            }
        }
    }
}
