package import HTTP
package import IO
package import JSON
package import Models
package import Postgres
package import Telemetry
package import Crypto

/// One executable of the suite, as `ServiceProcess` runs it.
package protocol ServiceProgram: Sendable {
    associatedtype Configuration: ServiceConfiguration
    /// What all loops of the process have in common, such as the change feed's state; `Void` when there is nothing.
    associatedtype Shared: Sendable

    static var name: ServiceName { get }
    /// The schema, oldest first; empty for a program without tables.
    static var migrations: [Migration] { get }
    /// What the program does besides `run`, `migrate`, `config` and `openapi`.
    static var commands: [ServiceCommand<Configuration>] { get }
    /// Makes what the loops share; once, on the first loop, with the database answering.
    static func prepare(_ seat: ServiceSeat<Configuration>) async throws -> Shared
    /// Makes stores, routes and jobs of one loop; on that loop.
    static func assemble(_ seat: ServiceSeat<Configuration>, _ shared: Shared) async throws -> ServiceParts
    /// The OpenAPI document of the program's part of the API; nil when it has none.
    static func openAPI() throws -> [UInt8]?
}

extension ServiceProgram {
    package static var commands: [ServiceCommand<Configuration>] { [] }

    package static func openAPI() throws -> [UInt8]? { nil }
}

extension ServiceProgram where Shared == Void {
    package static func prepare(_ seat: ServiceSeat<Configuration>) async throws {}
}

/// What one loop of a process has to work with; used on that loop.
package struct ServiceSeat<Configuration: ServiceConfiguration>: Sendable {
    package let configuration: Configuration
    package let loop: EventLoop
    /// From 0 to LOOPS - 1; what must happen once in a process happens on 0.
    package let index: Int
    package let database: Database
    package let logger: Logger
    package let metrics: Metrics

    package init(
        configuration: Configuration, loop: EventLoop, index: Int, database: Database, logger: Logger, metrics: Metrics
    ) {
        self.configuration = configuration
        self.loop = loop
        self.index = index
        self.database = database
        self.logger = logger
        self.metrics = metrics
    }

    /// The keys of secrets at rest; nil when ENCRYPTION_KEYS is not set.
    package var secrets: SecretBox? { configuration.process.secrets }
}

/// What a program runs on one loop.
package struct ServiceParts: Sendable {
    /// Answers behind the gateway, at PORT.
    private(set) var service: Handler?
    /// Where `service` answers over TLS too.
    private(set) var secure: SecureListener?
    /// How long nothing may go over an upgraded connection; nil for the server's own.
    package var tunnelIdle: Duration?
    /// How many connections the process takes for `service`; those of the first loop count.
    package var connections: ConnectionLimit?
    /// Set, connections to both begin with a PROXY header, from a peer of which this is true.
    private(set) var proxyHeaderPeers: (@Sendable (SocketAddress) -> Bool)?
    /// Answers other services, at INTERNAL_PORT.
    let `internal`: Handler?
    /// What must hold, beside an answering database, before the process is ready.
    package var isReady: @Sendable () -> Bool
    /// What should hold before a process that takes another one's place takes its first request; it waits a little for it.
    package var mayBegin: @Sendable () -> Bool = { true }
    /// Sections of the operator's `/status`; those of the first loop are shown.
    package var status: [(name: String, value: @Sendable () -> JSONText)]
    /// Pages of the operator's listener; those of the first loop are shown.
    package var pages: [OperatorPage] = []
    /// Started once the inner listeners are open, cancelled at the stop; they return when their leases are given back.
    package var running: [@Sendable () async -> Void]
    /// Called in order at the very end, before the database closes.
    package var closing: [@Sendable () async -> Void]

    /// A handler in a value of its own: out of a bare optional it would be called through two thunks more.
    struct Handler: Sendable {
        let answer: HTTPHandler
    }

    /// The parts of a service that answers behind the gateway.
    package init(
        service: @escaping HTTPHandler, secure: SecureListener? = nil,
        proxyHeaderPeers: (@Sendable (SocketAddress) -> Bool)? = nil, internal: HTTPHandler? = nil,
        isReady: @escaping @Sendable () -> Bool = { true },
        status: [(name: String, value: @Sendable () -> JSONText)] = [], running: [@Sendable () async -> Void] = [],
        closing: [@Sendable () async -> Void] = []
    ) {
        self.init(internal: `internal`, isReady: isReady, status: status, running: running, closing: closing)
        self.service = Handler(answer: service)
        self.secure = secure
        self.proxyHeaderPeers = proxyHeaderPeers
    }

    package init(
        internal: HTTPHandler? = nil, isReady: @escaping @Sendable () -> Bool = { true },
        status: [(name: String, value: @Sendable () -> JSONText)] = [], running: [@Sendable () async -> Void] = [],
        closing: [@Sendable () async -> Void] = []
    ) {
        self.internal = `internal`.map(Handler.init)
        self.isReady = isReady
        self.status = status
        self.running = running
        self.closing = closing
    }
}

/// A listener whose connections are put under TLS before they are served.
package struct SecureListener: Sendable {
    let port: Int
    let prepare: @Sendable (TCPConnection) -> Void

    /// `prepare` is called on the loop that accepted the connection.
    package init(port: Int, prepare: @escaping @Sendable (TCPConnection) -> Void) {
        self.port = port
        self.prepare = prepare
    }
}

/// A subcommand of a program; its result is the exit status.
package enum ServiceCommand<Configuration: ServiceConfiguration>: Sendable {
    /// Reads no configuration and starts no loop: a child process that must see neither.
    case plain(String, @Sendable ([String]) -> Int32)
    /// Runs on a loop with the service's database.
    case seated(String, @Sendable (ServiceSeat<Configuration>, [String]) async throws -> Int32)

    var word: String {
        switch self {
        case .plain(let word, _), .seated(let word, _): word
        }
    }
}
