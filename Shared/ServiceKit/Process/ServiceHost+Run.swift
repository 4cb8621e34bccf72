import Glibc
import IO
import Models
import Telemetry
import Postgres

extension ServiceHost {
    /// Serves until a signal, the first loop on this thread; returns the exit status.
    static func run(_ configuration: Program.Configuration) -> Int32 {
        let process = configuration.process
        let log = TurnLog()
        let logger = Logger(service: process.service.rawValue, level: process.logLevel, sink: log)
        let others = (1..<process.loops).map { EventLoop(name: "\(process.service.rawValue)-\($0)") }
        for loop in others {
            loop.atEndOfTurn { log.flush() }
            loop.start()
        }
        let status = ServiceProcess.onLoop(name: "\(process.service.rawValue)-0") { loop in
            loop.atEndOfTurn { log.flush() }
            let sockets: InheritedSockets
            do { sockets = try InheritedSockets.process() } catch { return ServiceProcess.explain(error) }
            let host = ServiceHost(
                Program.self, configuration: configuration, loops: [loop] + others, sockets: sockets, logger: logger,
                metrics: Metrics())
            return await host.serve(signals: Self.signals(on: loop), logger: logger)
        }
        for loop in others { loop.stop() }
        for loop in others { loop.join() }
        log.flush()
        return status
    }

    /// Runs a subcommand with a seat of its own.
    static func run(
        _ configuration: Program.Configuration,
        command: @escaping @Sendable (ServiceSeat<Program.Configuration>, [String]) async throws -> Int32,
        _ arguments: [String]
    ) -> Int32 {
        let process = configuration.process
        let logger = Logger(service: process.service.rawValue, level: process.logLevel)
        return ServiceProcess.onLoop(name: process.service.rawValue) { loop in
            let settings = PostgresConfiguration(
                url: process.databaseURL, directURL: process.databaseDirectURL,
                applicationName: "switchboard \(process.service.rawValue) command", poolSize: 1)
            let metrics = Metrics()
            let database = Database(loop: loop, configuration: settings, logger: logger, metrics: metrics)
            defer { database.close() }
            do {
                try await ServiceProcess.patiently(process.startPatience, on: loop) {
                    try await Migrator(migrations: Program.migrations, logger: logger).verify(url: process.databaseURL)
                }
                let seat = ServiceSeat(
                    configuration: configuration, loop: loop, index: 0, database: database, logger: logger,
                    metrics: metrics)
                return try await command(seat, arguments)
            } catch {
                return ServiceProcess.explain(error)
            }
        }
    }

    private func serve(signals: AsyncStream<Int32>, logger: Logger) async -> Int32 {
        do {
            let ports = try await start()
            logger.info(
                "Process started",
                [
                    .int("port", ports.service ?? 0), .int("tls_port", ports.secure ?? 0),
                    .int("internal_port", ports.internal ?? 0),
                    .int("operator_port", ports.operator),
                ])
            ReadySignal.send(port: ports.service ?? ports.operator)
        } catch {
            let status = ServiceProcess.explain(error)
            await stop()
            return status
        }
        for await signal in signals {
            logger.info("Process stops", [.int("signal", Int(signal))])
            break
        }
        await stop()
        logger.info("Process stopped")
        return 0
    }

    /// The first SIGTERM or SIGINT; a second one ends the process at once.
    private static func signals(on loop: EventLoop) -> AsyncStream<Int32> {
        let (stream, continuation) = AsyncStream<Int32>.makeStream(bufferingPolicy: .bufferingOldest(1))
        for signal in [SIGTERM, SIGINT] {
            var count = 0
            // The watchers live as long as the loop, which closes them.
            _ = SignalWatcher(loop: loop, signal: signal) {
                count += 1
                if count > 1 { _exit(128 + signal) }
                continuation.yield(signal)
            }
        }
        return stream
    }
}

/// Tells the supervisor that started the process that it serves.
enum ReadySignal {
    /// Writes `port=<port>` and a line break to the descriptor in READY_FD, if there is one, and closes it.
    static func send(port: Int) {
        guard let text = getenv("READY_FD"), let descriptor = Int32(String(cString: text)), descriptor > 2 else {
            return
        }
        let line = Array("port=\(port)\n".utf8)
        _ = line.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        // A child of this process must not think that it is awaited.
        unsetenv("READY_FD")
    }
}
