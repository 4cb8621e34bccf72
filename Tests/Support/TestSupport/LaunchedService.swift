import Glibc
import IO

/// One of the package's own executables, started by a test and ready for requests.
///
/// The program writes `port=41234` and a newline to the descriptor that `READY_FD` names, when it serves; the end of
/// the stream before that means that it died.
package struct LaunchedService: Sendable {
    package let program: Program
    package let port: Int

    /// How long a program may take to be ready.
    private static let patienceSeconds = 60

    /// Starts an executable that lies beside the test bundle, and waits until it is ready.
    package static func start(
        _ name: String, _ arguments: [String] = ["run"], environment: [String: String], log: String
    ) async throws -> LaunchedService {
        try await WorkerPool.files.run { try launch(name, arguments, environment: environment, log: log) }
    }

    /// The same, blocking; the program dies with the thread that calls this.
    package static func launch(
        _ name: String, _ arguments: [String] = ["run"], environment: [String: String], log: String
    ) throws -> LaunchedService {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { throw ProgramError("no socket pair") }
        defer { close(ends[0]) }
        var environment = environment
        environment["READY_FD"] = "3"
        let program: Program
        do {
            defer { close(ends[1]) }
            program = try Program.start(
                "/usr/bin/setpriv", ["--pdeathsig", "KILL", "\(try folderOfTheBundle())/\(name)"] + arguments,
                environment: environment, log: log, descriptor: ends[1])
        }
        var patience = timeval(tv_sec: patienceSeconds, tv_usec: 0)
        setsockopt(ends[0], SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        guard let port = readPort(ends[0]) else {
            program.signal(SIGKILL)
            let status = program.wait()
            let end = status == -SIGKILL ? "was not ready in time" : "died before it was ready"
            throw ProgramError("\(name) \(end)\n\(program.logTail())")
        }
        return LaunchedService(program: program, port: port)
    }

    /// Asks the program to stop as a supervisor would, and waits for its exit code.
    @discardableResult
    package func stop() async throws -> Int32 {
        let program = self.program
        return try await WorkerPool.files.run {
            program.signal(SIGTERM)
            return program.wait()
        }
    }

    private static func readPort(_ descriptor: Int32) -> Int? {
        var line: [UInt8] = []
        var byte: UInt8 = 0
        while line.count < 64, read(descriptor, &byte, 1) == 1 {
            guard byte != UInt8(ascii: "\n") else {
                let text = String(decoding: line, as: UTF8.self)
                return text.hasPrefix("port=") ? Int(text.dropFirst(5)) : nil
            }
            line.append(byte)
        }
        return nil
    }

    /// Where the build put the executables: beside the test bundle that is running.
    package static func folderOfTheBundle() throws -> String {
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let count = readlink("/proc/self/exe", &path, path.count - 1)
        guard count > 0 else { throw ProgramError("the test bundle has no path") }
        let text = String(decoding: path.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return text.split(separator: "/").dropLast().reduce(into: "") { $0 += "/\($1)" }
    }
}
