import FoundationEssentials
import Postgres
import Synchronization
import Telemetry

/// The databases that tests' databases are cloned from: one for each service and state of its schema.
///
/// A template has roles, rights and all migrations. It stays in the server, so that later runs find it.
enum TestTemplates {
    /// "template", as a number: one process of all makes templates at a time.
    private static let lock = "8387235652666090597"
    private static let ready = Mutex<Set<String>>([])

    /// The password of both roles of a service; the test server is nobody else's.
    static func password(of service: String) -> String { "test-\(service)" }

    /// Makes the template unless it is there, and returns its name; blocks.
    static func prepare(_ migrations: [Migration], service: String, superuser: Secret<String>) throws -> String {
        let roles = try String(contentsOfFile: rolesFile, encoding: .utf8)
        let everything = migrations.map { $0.name + $0.checksum }.joined() + roles
        let name = "template_\(service)_\(Migration(name: service, sql: everything).checksum)"
        // Kept locked: the first of several tests makes it, the others wait.
        try ready.withLock { ready in
            guard !ready.contains(name) else { return }
            try make(name, migrations, service: service, roles: roles, superuser: superuser)
            ready.insert(name)
        }
        return name
    }

    private static func make(
        _ name: String, _ migrations: [Migration], service: String, roles: String, superuser: Secret<String>
    ) throws {
        let session = try PostgresSession(url: superuser, applicationName: "tests")
        try session.rows("SELECT pg_advisory_lock(\(lock))")
        guard try session.rows("SELECT 1 FROM pg_database WHERE datname = $1", [name]).isEmpty else { return }
        let draft = "\(name)_draft"
        try session.run("DROP DATABASE IF EXISTS \(draft) WITH (FORCE)")
        try session.run("CREATE DATABASE \(draft)")
        try applyRoles(roles, service: service, url: DatabaseURL.replacingDatabase(of: superuser, by: draft))
        let owner = DatabaseURL(superuser).url(
            database: draft, user: "\(service)_owner", password: password(of: service))
        try Migrator(migrations: migrations, logger: Logger(service: "tests", level: .warning)).run(
            on: PostgresSession(url: owner, applicationName: "tests"))
        try session.run("ALTER DATABASE \(draft) RENAME TO \(name)")
    }

    private static func applyRoles(_ roles: String, service: String, url: Secret<String>) throws {
        let session = try PostgresSession(url: url, applicationName: "tests")
        for (setting, value) in [
            ("service", service), ("owner_password", password(of: service)), ("app_password", password(of: service)),
        ] {
            try session.rows("SELECT set_config($1, $2, false)", ["switchboard.\(setting)", value])
        }
        try session.run(roles)
    }

    /// The script that also `make run` uses, found from this source file.
    private static var rolesFile: String {
        let folders = #filePath.split(separator: "/").dropLast(4)
        return folders.reduce(into: "") { $0 += "/\($1)" } + "/scripts/roles.sql"
    }
}
