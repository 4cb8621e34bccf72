import IO
import Models
import Postgres
import Telemetry

extension ServiceProcess {
    static func migrate<Program: ServiceProgram>(
        _ program: Program.Type, _ configuration: Program.Configuration, _ arguments: [String]
    ) -> Int32 {
        let process = configuration.process
        guard arguments.isEmpty || arguments == ["--pending"] else {
            say("migrate takes no argument but --pending")
            return usage
        }
        guard let owner = process.databaseOwnerURL ?? (arguments.isEmpty ? nil : process.databaseURL) else {
            say("DATABASE_OWNER_URL is not set: migrations run as the role that owns the tables")
            return wrongConfiguration
        }
        let logger = Logger(service: process.service.rawValue, level: process.logLevel)
        let migrator = Migrator(migrations: Program.migrations, logger: logger)
        return onLoop(name: "\(process.service.rawValue)-migrate") { loop in
            do {
                if arguments.isEmpty {
                    _ = try await patiently(process.startPatience, on: loop) { try await migrator.run(ownerURL: owner) }
                } else {
                    print(
                        try await patiently(process.startPatience, on: loop) { try await migrator.pending(url: owner) })
                }
                return 0
            } catch {
                return explain(error)
            }
        }
    }

    /// Runs a body on a loop on this thread, and returns its exit status.
    static func onLoop(name: String, _ body: @escaping @Sendable (EventLoop) async -> Int32) -> Int32 {
        let loop = EventLoop(name: name)
        let task = LoopResult()
        loop.execute {
            loop.spawn {
                task.status = await body(loop)
                loop.stop()
            }
        }
        loop.run()
        return task.status
    }

    /// Tries again while the database is away, until the patience is used up.
    static func patiently<Value>(
        _ patience: Duration, on loop: EventLoop, _ body: () async throws -> Value
    ) async throws -> Value {
        let end = ContinuousClock.now + patience
        var pause = Duration.milliseconds(100)
        while true {
            do {
                return try await body()
            } catch let error as PostgresError where error.kind == .unavailable && ContinuousClock.now < end {
                try await loop.sleep(for: pause)
                pause = min(pause * 2, .seconds(2))
            }
        }
    }

    /// One line that an operator can act on, and the exit status that goes with it.
    static func explain(_ error: any Error) -> Int32 {
        switch error {
        case let error as PostgresError where error.kind == .unavailable:
            say("the database does not answer: \(error.debugDescription)")
            return unavailable
        case let error as MigrationError:
            say("\(error)")
            return wrongConfiguration
        default:
            say("the process cannot go on: \(String(reflecting: error))")
            return software
        }
    }
}

/// The exit status of a body on a loop; written there, read after the loop has ended.
private final class LoopResult: @unchecked Sendable {
    var status: Int32 = ServiceProcess.software
}
