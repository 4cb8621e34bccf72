package import Glibc

/// Why a program could not be started or ended badly, with the end of its log.
package struct ProgramError: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) { self.description = description }
}

/// A program that a test started, with its own log file; blocking, so not for a loop.
package struct Program: Sendable {
    package let pid: pid_t
    /// Standard output and standard error.
    package let log: String

    /// Starts a program by its path, with exactly this environment.
    ///
    /// The descriptor, if any, is 3 in the program, where `READY_FD` expects it.
    package static func start(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], log: String,
        descriptor: Int32? = nil
    ) throws -> Program {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        if let descriptor { posix_spawn_file_actions_adddup2(&actions, descriptor, 3) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own, so that Ctrl-C at the tests' terminal reaches it through us alone.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        // Threads of a pool hold signals back, and a program would inherit that: deaf to SIGTERM, and to its children.
        var noSignals = sigset_t()
        sigemptyset(&noSignals)
        posix_spawnattr_setsigmask(&attributes, &noSignals)
        var argv = ([path] + arguments).map { strdup($0) } + [nil]
        var envp = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { (argv + envp).forEach { free($0) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, path, &actions, &attributes, &argv, &envp)
        guard status == 0 else { throw ProgramError("\(path) did not start: \(String(cString: strerror(status)))") }
        return Program(pid: pid, log: log)
    }

    /// Runs a program to its end; throws with its log unless it ends with 0.
    package static func run(
        _ path: String, _ arguments: [String], environment: [String: String] = [:], log: String
    ) throws {
        let program = try start(path, arguments, environment: environment, log: log)
        let status = program.wait()
        guard status == 0 else { throw ProgramError("\(path) ended with \(status)\n\(program.logTail())") }
    }

    /// Waits for the end; the exit code, or the negative number of the signal.
    @discardableResult
    package func wait() -> Int32 {
        var status: Int32 = 0
        while waitpid(pid, &status, 0) < 0 {
            guard errno == EINTR else { return 0 }
        }
        let signal = status & 0x7f
        return signal == 0 ? (status >> 8) & 0xff : -signal
    }

    /// Waits for the end for so many seconds; after that the program is killed.
    package func wait(atMost seconds: Int) -> Int32 {
        for _ in 0..<seconds * 100 {
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == 0 else {
                let signal = status & 0x7f
                return signal == 0 ? (status >> 8) & 0xff : -signal
            }
            // Nothing tells the end of a child to this thread alone, which has nothing else to do.
            usleep(10_000)
        }
        signal(SIGKILL)
        return wait()
    }

    /// Whether it has not ended; once it has, `wait` knows no exit code any more.
    package var isRunning: Bool { waitpid(pid, nil, WNOHANG) == 0 }

    /// Sends a signal.
    package func signal(_ number: Int32) { kill(pid, number) }

    /// The last few kilobytes of the log.
    package func logTail() -> String {
        let file = open(log, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return "" }
        defer { close(file) }
        let end = lseek(file, 0, Int32(SEEK_END))
        lseek(file, max(0, end - 8192), Int32(SEEK_SET))
        var bytes = [UInt8](repeating: 0, count: 8192)
        let count = read(file, &bytes, bytes.count)
        return String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
    }
}
