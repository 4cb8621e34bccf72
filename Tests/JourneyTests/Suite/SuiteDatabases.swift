import DatabaseTestSupport
import FoundationEssentials
import Models
import Postgres
import Telemetry
import TestSupport

/// A PostgreSQL server with the database and the roles of each process; blocking.
struct SuiteDatabases: Sendable {
    let cluster: TestCluster
    private let folder: String

    init() throws {
        cluster = try TestCluster()
        folder = cluster.socketPath.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" }
        try cluster.start()
        let roles = try String(contentsOfFile: Checkout.file("scripts/roles.sql"), encoding: .utf8)
        let server = try PostgresSession(url: cluster.url, applicationName: "tests")
        for name in ServiceName.allCases {
            try server.run("CREATE DATABASE \(name.rawValue)")
            let session = try superuser(name)
            for (setting, value) in [
                ("service", name.rawValue), ("owner_password", Self.password), ("app_password", Self.password),
            ] {
                try session.rows("SELECT set_config($1, $2, false)", ["switchboard.\(setting)", value])
            }
            try session.run(roles)
            // The test server forgets commits when it is killed; what a service has acknowledged must not be among them.
            try session.run("ALTER ROLE \(name.rawValue)_app SET synchronous_commit = on")
        }
    }

    private static let password = "journey"

    func url(_ name: ServiceName, as role: String) -> String {
        "postgresql://\(name.rawValue)_\(role):\(Self.password)@localhost/\(name.rawValue)?host=\(folder)&port=5432"
    }

    /// A session that sees every row of a database.
    func superuser(_ name: ServiceName) throws -> PostgresSession {
        let url = cluster.url.reveal().replacing("/postgres?", with: "/\(name.rawValue)?")
        return try PostgresSession(url: Secret(url), applicationName: "tests")
    }
}

/// This checkout's files.
enum Checkout {
    static let root: String = #filePath.split(separator: "/").dropLast(4).reduce(into: "") { $0 += "/\($1)" }

    static func file(_ path: String) -> String { "\(root)/\(path)" }
}
