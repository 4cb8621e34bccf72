package import Crypto
package import Models
package import Telemetry

/// The settings that every process of the suite has.
package struct ProcessConfiguration: Sendable {
    package let service: ServiceName
    /// Gives every link, issuer and cookie rule.
    package let baseURL: WebAddress
    package let bindAddress: String
    package let port: Int
    /// The listener for other services.
    package let internalPort: Int
    /// Where that one listens: the gateway's other listeners are the world's, and this one is not.
    package let internalBindAddress: String
    /// Metrics and status, on loopback whatever `bindAddress` says.
    package let operatorPort: Int
    package let databaseURL: Secret<String>
    /// The same database past a pooler, for LISTEN.
    package let databaseDirectURL: Secret<String>?
    /// For the subcommand `migrate` alone.
    package let databaseOwnerURL: Secret<String>?
    /// Connections of one loop.
    package let poolSize: Int
    package let loops: Int
    package let dataFolder: String
    package let logLevel: LogLevel
    /// What the process shows to tenancy for its service tokens.
    package let serviceSecret: Secret<String>?
    /// The keys that seal secrets in the database.
    package let secrets: SecretBox?
    /// Where the other services' `/internal` listeners are.
    package let internalURLs: [ServiceName: WebAddress]
    /// Takes traces by OTLP over HTTP; nil for none.
    package let traceEndpoint: WebAddress?
    /// 0 to 1.
    package let traceShare: Double
    /// How long the start waits for the database.
    package let startPatience: Duration
    /// How long a stop may take.
    package let stopPatience: Duration

    /// Reads the common variables of a service.
    package init(
        _ environment: inout Environment, service: ServiceName, poolSize: Int = 2, loops: Int = 1
    ) {
        self.service = service
        let base = environment.url(
            "BASE_URL", "the suite's own address", default: "http://localhost:8080",
            example: "https://sales.example.com")
        baseURL = base
        let address = environment.text(
            "BIND_ADDRESS", "the address to listen on", default: "127.0.0.1", example: "0.0.0.0")
        bindAddress = address
        internalBindAddress =
            service == .gateway
            ? environment.text(
                "INTERNAL_BIND_ADDRESS", "the address that the gateway listens on for other services",
                default: "127.0.0.1", example: "10.0.0.5")
            : address
        port = environment.port("PORT", "the port of the listener", default: 8080 + service.portOffset)
        internalPort = environment.port(
            "INTERNAL_PORT", "the port for other services", default: Self.offset(port, by: 100))
        operatorPort = environment.port(
            "OPERATOR_PORT", "the port of metrics and status", default: Self.offset(port, by: 1000))
        databaseURL = environment.databaseURL("DATABASE_URL", "the service's database, as its own role")
        databaseDirectURL = environment.optionalDatabaseURL(
            "DATABASE_DIRECT_URL", "the same database past a pooler, for LISTEN")
        databaseOwnerURL = environment.optionalDatabaseURL(
            "DATABASE_OWNER_URL", "the same database as the owning role, for `migrate`")
        self.poolSize = environment.integer(
            "DATABASE_POOL", "database connections of one loop", default: poolSize, in: 1...200)
        self.loops = environment.integer("LOOPS", "event loops of the process", default: loops, in: 1...256)
        dataFolder = environment.folder(
            "DATA_DIR", "what the process keeps outside of its database", example: "/var/lib/switchboard/calls")
        logLevel = environment.choice("LOG_LEVEL", "the least urgent log line", default: LogLevel.info)
        serviceSecret = environment.optionalSecret(
            "SERVICE_SECRET", "what the service shows to tenancy, 32 bytes in base64",
            example: "openssl rand -base64 32")
        secrets = environment.read(
            "ENCRYPTION_KEYS", "the keys of secrets at rest", example: "2026a:<32 bytes in base64>", isSecret: true
        ) { text throws(EnvironmentFault) in
            let keys: EncryptionKeys
            do throws(EncryptionKeys.ParseError) { keys = try EncryptionKeys(parsing: text) } catch {
                throw EnvironmentFault(error.description)
            }
            return SecretBox(keys: keys)
        }
        internalURLs = Self.internalURLs(&environment, own: service, port: port)
        traceEndpoint = environment.optionalURL(
            "OTEL_EXPORTER_OTLP_ENDPOINT", "the OpenTelemetry collector that traces are sent to",
            example: "http://127.0.0.1:4318")
        traceShare = environment.number(
            "TRACE_SHARE", "which share of all traces is sent", default: 1, in: 0...1)
        startPatience = environment.duration(
            "START_PATIENCE", "how long the start waits for the database", default: 30, in: 0...600)
        stopPatience = environment.duration(
            "STOP_PATIENCE", "how long a stop lets running work finish", default: 30, in: 0...600)
    }

    /// The ports follow one another from the gateway's, so one process's own port tells the others' by default.
    private static func internalURLs(
        _ environment: inout Environment, own: ServiceName, port: Int
    ) -> [ServiceName: WebAddress] {
        var addresses: [ServiceName: WebAddress] = [:]
        let port = port == 0 ? 8080 + own.portOffset : port
        // The gateway's is tenancy's alone, which puts archives together.
        let others = ServiceName.services + (own == .tenancy ? [.gateway] : [])
        for other in others where other != own {
            let usual = "http://127.0.0.1:\(offset(port, by: other.portOffset - own.portOffset + 100))"
            let name = "\(other.rawValue.uppercased())_INTERNAL_URL"
            let address = environment.url(
                name, "the internal listener of \(other.rawValue)", default: usual, example: "http://127.0.0.1:8201")
            addresses[other] = address
        }
        return addresses
    }

    /// A port beside another; a free one stays a free one, and none is beyond the last.
    private static func offset(_ port: Int, by distance: Int) -> Int {
        port == 0 ? 0 : min(65_535, max(1, port + distance))
    }
}
