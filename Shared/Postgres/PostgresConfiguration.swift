package import Telemetry

/// Where the database is and how it is used by one loop of one process.
package struct PostgresConfiguration: Sendable {
    /// `postgresql://user:password@host:port/database`, or with `?host=/folder` for a unix socket; the service's role.
    package var url: Secret<String>
    /// The same database without a pooler between, for LISTEN, which needs its own session; `url` when nil.
    package var directURL: Secret<String>?
    /// Shown in `pg_stat_activity`.
    package var applicationName: String
    /// The most connections of this loop; six to eight for a whole machine of two cores are best.
    package var poolSize = 4
    /// The most requests that wait for a connection; more are refused at once.
    package var queueLimit = 512
    /// How long one statement or batch may take, waiting included.
    package var deadline: Duration = .seconds(15)
    /// How long a request waits for a connection, also while the server is away.
    package var waitForConnection: Duration = .seconds(5)
    /// How long one attempt to connect may take; libpq counts in seconds and waits at least two.
    package var connectTimeout: Duration = .seconds(5)
    /// The server's own bound, behind `deadline`, for a process that died.
    package var statementTimeout: Duration = .seconds(60)
    /// The server's bound for a transaction in which nothing happens.
    package var idleInTransactionTimeout: Duration = .seconds(30)
    /// How many prepared statements one connection keeps.
    package var statementCacheLimit = 256

    package init(
        url: Secret<String>, directURL: Secret<String>? = nil, applicationName: String = "switchboard",
        poolSize: Int = 4
    ) {
        self.url = url
        self.directURL = directURL
        self.applicationName = applicationName
        self.poolSize = poolSize
    }

    /// The settings of one connection, as libpq's keywords.
    func settings(direct: Bool = false) -> ConnectionSettings {
        ConnectionSettings(
            url: direct ? directURL ?? url : url, applicationName: applicationName,
            connectTimeout: connectTimeout,
            options: "-c statement_timeout=\(statementTimeout.milliseconds)"
                // A statement whose client has gone would otherwise run, and hold its locks, to its end.
                + " -c client_connection_check_interval=5000"
                + " -c idle_in_transaction_session_timeout=\(idleInTransactionTimeout.milliseconds)")
    }
}

extension Duration {
    /// Whole milliseconds, cut.
    var milliseconds: Int64 {
        let (seconds, attoseconds) = components
        return seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }

    /// Seconds as a number, for metrics.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) / 1e18
    }
}
