import FoundationEssentials
import Glibc
import Models
import TestSupport

/// A suite that `scripts/run` has started, as `make run` does, from the executables beside the test bundle; blocking.
struct ScriptedSuite: Sendable {
    /// What the scripts need beside the packages of the tests.
    static let isPossible = access("/usr/bin/s6-svscan", X_OK) == 0

    let data: String
    let port: Int
    private let program: Program

    /// Starts it; whoever does so waits until the gateway is ready.
    static func start(data: String, port: Int) throws -> ScriptedSuite {
        let program = try Program.start(
            "/usr/bin/setpriv", ["--pdeathsig", "TERM", Checkout.file("scripts/run")],
            environment: try environment(data: data, port: port), log: "\(data).log")
        return ScriptedSuite(data: data, port: port, program: program)
    }

    /// Runs another script for the same folder to its end.
    static func run(
        _ script: String, _ arguments: [String], data: String, port: Int, _ more: [String: String] = [:]
    ) throws {
        let environment = try environment(data: data, port: port).merging(more) { $1 }
        try Program.run(
            Checkout.file("scripts/\(script)"), arguments, environment: environment, log: "\(data).\(script).log")
    }

    var isRunning: Bool { program.isRunning }

    /// The end of what the script has said.
    var log: String { program.logTail() }

    /// Everything that the processes have said.
    func logs() -> String {
        ServiceName.allCases.map { name in
            let file = "\(data)/logs/\(name.rawValue)/current"
            return String(decoding: FileManager.default.contents(atPath: file) ?? Data(), as: UTF8.self)
        }.joined()
    }

    /// Stops it in order; its exit code.
    func stop() -> Int32 {
        program.signal(SIGTERM)
        return program.wait(atMost: 120)
    }

    private static func environment(data: String, port: Int) throws -> [String: String] {
        [
            "PATH": getenv("PATH").map { String(cString: $0) } ?? "/usr/bin:/bin", "HOME": data, "DATA": data,
            "PORT": "\(port)", "BIN": try LaunchedService.folderOfTheBundle(), "SKIP_SETUP": "1",
            "ADMIN_EMAIL": SuiteUnderTest.adminEmail, "ADMIN_PASSWORD": SuiteUnderTest.adminPassword,
            "TERM": "dumb",
        ]
    }
}
