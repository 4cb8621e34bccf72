import HTTP
package import IO
import Postgres
package import Telemetry
import Glibc
import JSON
import Models

/// A running program: its loops, listeners and long-lived tasks.
///
/// Confined to its first loop, on which `start` and `stop` are called; every other loop is reached by a task.
package final class ServiceHost<Program: ServiceProgram>: @unchecked Sendable {
    /// The ports that were bound, for tests that asked for port 0.
    package struct Ports: Sendable {
        package var service: Int?
        package var secure: Int?
        package var `internal`: Int?
        package var `operator`: Int
    }

    private struct Place {
        let seat: ServiceSeat<Program.Configuration>
        let parts: ServiceParts
        var servers: [HTTPServer] = []
    }

    private let configuration: Program.Configuration
    private let process: ProcessConfiguration
    private let logger: Logger
    private let metrics: Metrics
    private let loops: [EventLoop]
    private let sockets: InheritedSockets
    private let health: HealthState
    private var places: [Place] = []
    private var running: [Task<Void, Never>] = []

    /// A program on loops that run already.
    package init(
        _ program: Program.Type, configuration: Program.Configuration, loops: [EventLoop],
        sockets: InheritedSockets = .none, logger: Logger, metrics: Metrics
    ) {
        precondition(!loops.isEmpty, "a process has a loop")
        self.configuration = configuration
        process = configuration.process
        self.loops = loops
        self.sockets = sockets
        self.logger = logger
        self.metrics = metrics
        health = HealthState()
    }

    // The start.

    /// How long a process that takes another one's place may still learn before it takes requests.
    private static var learningTime: Duration { .seconds(5) }

    /// Waits for the database, assembles every loop and opens the listeners.
    package func start() async throws -> Ports {
        try await ServiceProcess.patiently(process.startPatience, on: loops[0]) {
            try await Migrator(migrations: Program.migrations, logger: logger).verify(url: process.databaseURL)
        }
        let first = try await seat(0)
        let shared = try await Program.prepare(first)
        for index in loops.indices {
            let seat = index == 0 ? first : try await seat(index)
            let parts = try await loops[index].attempt { try await Program.assemble(seat, shared) }
            places.append(Place(seat: seat, parts: parts))
        }
        var ports = try await listenInside()
        for place in places {
            for body in place.parts.running { running.append(place.seat.loop.spawn { await body() }) }
        }
        try await beginTracing()
        health.begin(places.map(\.parts.isReady))
        if sockets["service"] != nil { try await learn() }
        try await listenOutside(&ports)
        return ports
    }

    private func beginTracing() async throws {
        guard let endpoint = process.traceEndpoint else { return }
        Tracer.process.enable(share: process.traceShare)
        let exporter = try TraceExporter(
            .process, endpoint: endpoint.description, service: process.service.rawValue, loop: loops[0], logger: logger,
            metrics: metrics)
        running.append(loops[0].spawn { await exporter.run() })
    }

    private func seat(_ index: Int) async throws -> ServiceSeat<Program.Configuration> {
        let loop = loops[index]
        let (configuration, process, logger, metrics) = (configuration, process, logger, metrics)
        return try await loop.attempt {
            var settings = PostgresConfiguration(
                url: process.databaseURL, directURL: process.databaseDirectURL,
                applicationName: "switchboard \(Program.name.rawValue)", poolSize: process.poolSize)
            settings.queueLimit = 1024
            let database = Database(loop: loop, configuration: settings, logger: logger, metrics: metrics)
            return ServiceSeat(
                configuration: configuration, loop: loop, index: index, database: database, logger: logger,
                metrics: metrics)
        }
    }

    /// Waits until the process knows what the one before it knew; those who connect meanwhile wait in the socket's queue.
    private func learn() async throws {
        let started = loops[0].now
        let patience = UInt64(Self.learningTime.components.seconds) * 1000
        while loops[0].now - started < patience {
            var mayBegin = true
            for place in places where try await !place.seat.loop.attempt({ place.parts.mayBegin() }) {
                mayBegin = false
            }
            if mayBegin { return }
            try await loops[0].sleep(for: .milliseconds(10))
        }
    }

    private func listenOutside(_ ports: inout Ports) async throws {
        ports.service = try await open("service", process.bindAddress, process.port) { $0.service }
        if let port = places[0].parts.secure?.port {
            ports.secure = try await open("secure", process.bindAddress, port, isSecure: true) { $0.service }
        }
    }

    private func listenInside() async throws -> Ports {
        var ports = Ports(service: nil, internal: nil, operator: 0)
        ports.internal = try await open("internal", process.internalBindAddress, process.internalPort) { $0.internal }
        let status = places[0].parts.status
        let pages = OperatorPages(
            service: process.service.rawValue, metrics: metrics, health: health, sections: status,
            pages: places[0].parts.pages)
        let socket = try sockets["operator"] ?? .bind(host: "127.0.0.1", port: process.operatorPort)
        try await serve(socket, on: 0) { await pages.answer($0) }
        ports.operator = socket.port
        return ports
    }

    /// Opens one socket, or takes the inherited one of that name, that all loops with such a handler accept from; nil when
    /// no loop has one.
    private func open(
        _ name: String, _ host: String, _ port: Int, isSecure: Bool = false,
        _ handler: (ServiceParts) -> ServiceParts.Handler?
    ) async throws -> Int? {
        let handlers = places.map { handler($0.parts) }
        guard handlers.contains(where: { $0 != nil }) else { return nil }
        let socket = try sockets[name] ?? .bind(host: host, port: port)
        for (index, handler) in handlers.enumerated() {
            guard let handler else { continue }
            let parts = places[index].parts
            try await serve(
                socket, on: index, prepare: isSecure ? parts.secure?.prepare : nil,
                connections: name == "internal" ? nil : places[0].parts.connections,
                proxyHeaderPeers: name == "internal" ? nil : parts.proxyHeaderPeers, handler.answer)
        }
        return socket.port
    }

    private func serve(
        _ socket: ListeningSocket, on index: Int, prepare: (@Sendable (TCPConnection) -> Void)? = nil,
        connections: ConnectionLimit? = nil, proxyHeaderPeers: (@Sendable (SocketAddress) -> Bool)? = nil,
        _ handler: @escaping HTTPHandler
    ) async throws {
        let seat = places[index].seat
        let (health, logger, metrics) = (health, logger, metrics)
        var settings = HTTPServerConfiguration()
        // The world's clients speak HTTP/2; the gateway speaks HTTP/1.1 to services.
        if process.service == .gateway { settings.http2 = HTTP2Limits() }
        // Long enough that whoever has a connection in use hears of the stop by an answer.
        settings.drainGrace = .seconds(1)
        settings.tellsUnread = process.service != .gateway
        if let idle = places[index].parts.tunnelIdle { settings.tunnelIdle = idle }
        settings.connections = connections
        settings.proxyHeaderPeers = proxyHeaderPeers
        let server = try await seat.loop.attempt { [settings] in
            let pages = HealthPages(state: health, database: seat.database)
            let server = HTTPServer(
                loop: seat.loop, socket: socket, configuration: settings, logger: logger,
                metrics: metrics, prepare: prepare
            ) { request in
                if HealthPages.isAsked(by: request), let answer = await pages.answer(request) { return answer }
                return await handler(request)
            }
            try server.start()
            return server
        }
        places[index].servers.append(server)
    }

    // The stop.

    /// Stops accepting, lets what runs finish within the configured time, and closes everything.
    package func stop() async {
        health.end()
        let patience = process.stopPatience
        for task in running { task.cancel() }
        var ending = running
        for place in places {
            for server in place.servers {
                ending.append(place.seat.loop.spawn { await server.drain(within: patience) })
            }
        }
        if await !loops[0].finish(ending, within: patience + .seconds(1)) {
            logger.warning("Stop did not wait for everything that ran")
        }
        let closing = places.map { place in
            place.seat.loop.spawn {
                for body in place.parts.closing { await body() }
                place.seat.database.close()
            }
        }
        if await !loops[0].finish(closing, within: .seconds(5)) {
            logger.warning("Stop did not wait for everything to close")
        }
    }
}
