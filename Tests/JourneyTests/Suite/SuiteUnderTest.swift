import Crypto
import DatabaseTestSupport
import FoundationEssentials
import Glibc
import IO
import Models
import Synchronization
import TestSupport

/// The gateway and the six services as real processes, with databases, a folder and ports of their own.
///
/// Every blocking step runs on a pool whose threads last as long as the tests: processes die with the thread that
/// started them.
final class SuiteUnderTest: Sendable {
    static let adminEmail = "root@planted-admin.example"
    static let adminPassword = "planted-correct-horse-battery"

    /// The order in which processes are started; they stop in the opposite one.
    static let order: [ServiceName] = [.tenancy, .calls, .sessions, .messaging, .calendar, .billing, .gateway]
    private static let pool = WorkerPool(name: "suite", threads: 3, queueLimit: 1000)

    let folder: String
    let ports: SuitePorts
    let databases: SuiteDatabases
    private let environments: [ServiceName: [String: String]]
    private let processes = Mutex<[ServiceName: LaunchedService]>([:])
    private let secrets: [ServiceName: String]

    /// Starts a suite, and returns when its gateway is ready.
    ///
    /// `settings` are environment variables of one process besides the usual ones.
    static func launch(_ settings: [ServiceName: [String: String]] = [:]) async throws -> SuiteUnderTest {
        let suite = try await pool.run { try SuiteUnderTest(settings) }
        do {
            try await pool.run {
                try suite.prepare()
                for name in order { try suite.launch(name) }
            }
            try await suite.visit { visit in
                let gateway = visit.caller("admin")
                try await visit.until("the gateway is ready") { try await gateway.get("/ready").status == 200 }
            }
            return suite
        } catch {
            try await pool.run { suite.killAll() }
            throw error
        }
    }

    private init(_ settings: [ServiceName: [String: String]]) throws {
        folder = try Self.makeFolder()
        databases = try SuiteDatabases()
        ports = try SuitePorts.probe()
        var secrets: [ServiceName: String] = [:]
        for name in ServiceName.allCases { secrets[name] = Base64.standard.encode(SecureRandom.bytes(32)) }
        self.secrets = secrets
        let usual = SuiteEnvironment(folder: folder, ports: ports, databases: databases, secrets: secrets)
        environments = Dictionary(
            uniqueKeysWithValues: ServiceName.allCases.map { name in
                (name, usual.variables(of: name).merging(settings[name] ?? [:]) { $1 })
            })
    }

    /// Named so that `scripts/test-database` removes what killed runs leave behind.
    private static func makeFolder() throws -> String {
        var template = Array(
            "\(FileManager.default.temporaryDirectory.path)/switchboard-test-\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProgramError("no folder for the suite") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        for name in ServiceName.allCases {
            try FileManager.default.createDirectory(
                atPath: "\(folder)/\(name.rawValue)", withIntermediateDirectories: true)
        }
        return folder
    }

    // Processes.

    /// The file with everything that a process has said.
    func log(_ name: ServiceName) -> String { "\(folder)/\(name.rawValue).log" }

    private func prepare() throws {
        for name in Self.order { try run(name, ["migrate"]) }
        try run(.tenancy, ["bootstrap"])
    }

    private func run(_ name: ServiceName, _ arguments: [String]) throws {
        try Program.run(
            "\(LaunchedService.folderOfTheBundle())/\(name.rawValue)", arguments,
            environment: environments[name] ?? [:], log: log(name))
    }

    private func launch(_ name: ServiceName) throws {
        let process = try LaunchedService.launch(name.rawValue, environment: environments[name] ?? [:], log: log(name))
        processes.withLock { $0[name] = process }
    }

    /// Starts a process that was stopped or killed.
    func start(_ name: ServiceName) async throws { try await Self.pool.run { try self.launch(name) } }

    /// Stops one process as a supervisor would; its exit code.
    @discardableResult
    func stop(_ name: ServiceName) async throws -> Int32 {
        try await Self.pool.run { self.end(name, SIGTERM) }
    }

    /// Kills one process, which learns nothing of it.
    func kill(_ name: ServiceName) async throws { _ = try await Self.pool.run { self.end(name, SIGKILL) } }

    private func end(_ name: ServiceName, _ signal: Int32) -> Int32 {
        guard let process = processes.withLock({ $0.removeValue(forKey: name) }) else { return 0 }
        process.program.signal(signal)
        // More than a stop may take.
        return process.program.wait(atMost: 40)
    }

    /// Kills the database server and starts it again, as after a loss of power.
    func restartDatabase() async throws {
        try await Self.pool.run {
            self.databases.cluster.stop(immediately: true)
            try self.databases.cluster.start()
        }
    }

    /// Runs something that blocks.
    func blocking<Success: Sendable>(_ body: @escaping @Sendable () throws -> Success) async throws -> Success {
        try await Self.pool.run(body)
    }

    // The end.

    /// Stops everything in order; the exit codes of the processes.
    func stop() async throws -> [ServiceName: Int32] {
        try await Self.pool.run { self.stopAll() }
    }

    /// The same, blocking.
    func stopAll() -> [ServiceName: Int32] {
        var codes: [ServiceName: Int32] = [:]
        for name in Self.order.reversed() { codes[name] = end(name, SIGTERM) }
        databases.cluster.remove()
        // For whoever looks for the cause of a failure.
        guard getenv("JOURNEY_KEEP") == nil else { return codes }
        // What cannot be removed is left to whoever empties the folder of temporary files.
        try? FileManager.default.removeItem(atPath: folder)
        return codes
    }

    /// Ends everything at once and keeps the folder, where the logs are.
    func killAll() {
        for name in Self.order.reversed() { _ = end(name, SIGKILL) }
        databases.cluster.remove()
    }

    // What is looked at.

    /// The processes that have ended though nobody asked them to, with the ends of their logs.
    var dead: [(name: ServiceName, log: String)] {
        processes.withLock { $0 }.filter { !$0.value.program.isRunning }.map { ($0.key, $0.value.program.logTail()) }
    }

    /// Everything that all processes have said.
    func logs() -> String {
        ServiceName.allCases.map { name in
            let bytes = FileManager.default.contents(atPath: log(name)) ?? Data()
            return String(decoding: bytes, as: UTF8.self)
        }.joined()
    }

    /// What a process shows to tenancy.
    func secret(of name: ServiceName) -> String { secrets[name] ?? "" }

    /// The memory that a process has in use, in bytes.
    func residentBytes(of name: ServiceName) -> Int {
        guard let pid = processes.withLock({ $0[name]?.program.pid }),
            let text = try? String(contentsOfFile: "/proc/\(pid)/statm", encoding: .utf8),
            let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
        else { return 0 }
        return pages * Int(getpagesize())
    }
}
