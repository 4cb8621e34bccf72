import Glibc
import IO
import Models
import Postgres
import Telemetry

/// The life of a process from its arguments to its exit status.
///
/// `run` (also without an argument) serves until SIGTERM or SIGINT; `migrate` brings the schema up to date, and with
/// `--pending` prints how many steps are missing; `config` prints the settings as they take effect; `openapi` prints the
/// program's part of the API. What goes wrong is one line on standard error.
package enum ServiceProcess {
    // The exit statuses are those of sysexits.h, which supervisors know.
    static let usage: Int32 = 64
    static let unavailable: Int32 = 69
    static let software: Int32 = 70
    static let wrongConfiguration: Int32 = 78

    /// Runs the program as its arguments say, and ends the process.
    package static func main<Program: ServiceProgram>(_ program: Program.Type) -> Never {
        // A peer that closes its connection is an error of `write`, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        let arguments = Array(CommandLine.arguments.dropFirst())
        exit(perform(program, arguments, environment: .process()))
    }

    static func perform<Program: ServiceProgram>(
        _ program: Program.Type, _ arguments: [String], environment: Environment
    ) -> Int32 {
        let word = arguments.first ?? "run"
        let rest = Array(arguments.dropFirst())
        let own = Program.commands.first { $0.word == word }
        if case .plain(_, let body) = own { return body(rest) }
        if word == "openapi" { return printOpenAPI(program) }
        guard own != nil || ["run", "migrate", "config"].contains(word) else {
            say("unknown subcommand; there are: \(words(of: program).joined(separator: ", "))")
            return usage
        }
        var environment = environment
        let configuration = Program.Configuration(&environment)
        guard environment.faults.isEmpty else {
            report(environment.faults, program: Program.name.rawValue)
            return wrongConfiguration
        }
        switch word {
        case "config": return printEffective(environment)
        case "migrate": return migrate(program, configuration, rest)
        case "run": return ServiceHost<Program>.run(configuration)
        default:
            guard case .seated(_, let body) = own else { return usage }
            return ServiceHost<Program>.run(configuration, command: body, rest)
        }
    }

    private static func words<Program: ServiceProgram>(of program: Program.Type) -> [String] {
        ["run", "migrate [--pending]", "config", "openapi"] + Program.commands.map(\.word)
    }

    private static func report(_ faults: [Environment.Fault], program: String) {
        say("\(program) is not configured: \(faults.count) of its variables are wrong")
        for fault in faults { say("  \(fault.name) \(fault.problem); for example \(fault.name)=\(fault.example)") }
    }

    private static func printEffective(_ environment: Environment) -> Int32 {
        for line in environment.effective {
            print("\(line.name)=\(line.value)  # \(line.help)\(line.isDefault ? " (default)" : "")")
        }
        return 0
    }

    private static func printOpenAPI<Program: ServiceProgram>(_ program: Program.Type) -> Int32 {
        do {
            guard let document = try Program.openAPI() else {
                say("\(Program.name.rawValue) has no part of the API")
                return usage
            }
            print(String(decoding: document, as: UTF8.self))
            return 0
        } catch {
            say("the API cannot be described: \(String(reflecting: error))")
            return software
        }
    }

    /// Tells the operator at the terminal; a running process logs instead.
    static func say(_ line: String) {
        Array("\(line)\n".utf8).withUnsafeBytes { StandardErrorLog().write($0) }
    }
}
