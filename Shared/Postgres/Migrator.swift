package import Telemetry

/// Brings a schema to the state that this binary knows, and tells whether it is there.
///
/// Steps run as the owning role, each in a transaction of its own, under an advisory lock, so that several processes
/// may start at once. The table `schema_migrations` remembers name and checksum.
package struct Migrator: Sendable {
    /// "migrate", as a number; the lock belongs to one database.
    private static let lock = "7883953381829243237"
    private static let applicationName = "switchboard migrations"

    private let migrations: [Migration]
    private let logger: Logger

    package init(migrations: [Migration], logger: Logger) {
        self.migrations = migrations
        self.logger = logger
    }

    /// Applies what is missing, as the owner; returns the names of what was applied.
    @discardableResult
    package func run(ownerURL: Secret<String>) async throws -> [String] {
        try await PostgresSession.with(url: ownerURL, applicationName: Self.applicationName) { session in
            try run(on: session)
        }
    }

    /// How many steps are missing; also the service's own role may ask.
    package func pending(url: Secret<String>) async throws -> Int {
        try await missing(url: url).count
    }

    /// Throws unless the schema is exactly what this binary knows.
    package func verify(url: Secret<String>) async throws {
        let missing = try await missing(url: url)
        guard missing.isEmpty else { throw MigrationError.schemaIsOlder(missing: missing) }
    }

    private func missing(url: Secret<String>) async throws -> [String] {
        try checkOrder()
        return try await PostgresSession.with(url: url, applicationName: Self.applicationName) { session in
            let table = try session.rows("SELECT to_regclass('schema_migrations')::text")
            guard table.first?.first != .some(nil) else { return migrations.map(\.name) }
            return try compare(with: session).map(\.name)
        }
    }

    /// Applies what is missing on the owner's session, which blocks its thread.
    @discardableResult
    package func run(on session: PostgresSession) throws -> [String] {
        try checkOrder()
        // Held until the session ends. Others wait here for as long as a migration takes.
        try session.rows("SELECT pg_advisory_lock(\(Self.lock))")
        try session.run(
            """
            CREATE TABLE IF NOT EXISTS schema_migrations (
                name text CONSTRAINT schema_migrations_pkey PRIMARY KEY,
                checksum text NOT NULL,
                applied_at timestamptz NOT NULL DEFAULT now()
            );
            COMMENT ON TABLE schema_migrations IS 'One row for each step of the schema that was applied.';
            """)
        let missing = try compare(with: session)
        for migration in missing { try apply(migration, to: session) }
        return missing.map(\.name)
    }

    private func apply(_ migration: Migration, to session: PostgresSession) throws {
        do {
            try session.run("BEGIN")
            try session.run(migration.sql)
            try session.rows(
                "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", [migration.name, migration.checksum])
            try session.run("COMMIT")
        } catch {
            // The session ends with the error, and with it the transaction.
            throw MigrationError.failed(name: migration.name, sqlState: error.sqlState, message: error.debugDescription)
        }
        logger.info("Migration was applied", [.string("migration.name", migration.name)])
    }

    /// The steps that the database lacks; throws when it has others than this binary.
    private func compare(with session: PostgresSession) throws -> [Migration] {
        var applied: [String: String] = [:]
        for row in try session.rows("SELECT name, checksum FROM schema_migrations") {
            guard row.count == 2, let name = row[0], let checksum = row[1] else { continue }
            applied[name] = checksum
        }
        let unknown = Set(applied.keys).subtracting(migrations.map(\.name))
        guard unknown.isEmpty else { throw MigrationError.binaryIsOlder(unknown: unknown.sorted()) }
        for migration in migrations {
            guard let checksum = applied[migration.name] else { continue }
            guard checksum == migration.checksum else { throw MigrationError.edited(migration.name) }
        }
        return migrations.filter { applied[$0.name] == nil }
    }

    private func checkOrder() throws {
        for (earlier, later) in zip(migrations, migrations.dropFirst()) where earlier.name >= later.name {
            throw MigrationError.unordered(later.name)
        }
    }
}
