import Postgres

extension TestDatabase {
    /// Has the database refuse its service, and break off what it does, or answer again.
    package func setReachable(_ isReachable: Bool) async throws {
        let server = DatabaseURL.replacingDatabase(of: superuserURL, by: "postgres")
        try await PostgresSession.with(url: server, applicationName: "tests") { session in
            try session.run("ALTER DATABASE \(name) WITH ALLOW_CONNECTIONS \(isReachable)")
            guard !isReachable else { return }
            try session.run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '\(name)'")
        }
    }
}
