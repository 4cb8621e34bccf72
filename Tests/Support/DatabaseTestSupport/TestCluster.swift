import FoundationEssentials
import Glibc
import Postgres
import Synchronization
package import Telemetry
import TestSupport

/// A PostgreSQL server of the tests' own, in a folder of its own.
///
/// Nothing in it survives a crash: fsync is off and the folder is memory where there is enough of it. The server dies
/// with the thread that started it (`setpriv --pdeathsig`). All calls block: make them on a worker thread.
package final class TestCluster: Sendable {
    private static let port = 5432
    /// What the tests of all suites need at most, with room.
    private static let wantedSpace: UInt = 2 << 30

    private let folder: String
    private let binaries: String
    private let server = Mutex<(program: Program?, port: Int)>((nil, TestCluster.port))

    /// Makes the folder and the server's files in it; `start` runs it.
    package init() throws {
        binaries = try Self.findBinaries()
        folder = try Self.makeFolder()
        try Program.run(
            "/usr/bin/setpriv",
            Self.asServerUser + [
                "\(binaries)/initdb", "-D", "\(folder)/data", "-U", "postgres", "-E", "UTF8", "--locale=C.UTF-8",
                "--no-sync", "--auth-local=trust", "--auth-host=scram-sha-256",
            ], environment: ["PATH": "/usr/bin:/bin"], log: "\(folder)/log")
    }

    /// The superuser's URL on the unix socket, where nobody is asked for a password.
    package var url: Secret<String> { Secret("postgresql://postgres@/postgres?host=\(folder)&port=\(port)") }

    /// The path of the unix socket.
    package var socketPath: String { "\(folder)/.s.PGSQL.\(port)" }

    private var port: Int { server.withLock { $0.port } }

    /// Starts the server and returns when it answers; without an address it listens on the unix socket only.
    package func start(listeningOn address: String = "", port: Int = TestCluster.port) throws {
        let settings = [
            "unix_socket_directories=\(folder)", "listen_addresses=\(address)", "port=\(port)", "fsync=off",
            "synchronous_commit=off", "full_page_writes=off", "autovacuum=off", "shared_buffers=256MB",
            "max_connections=200", "jit=off", "max_wal_size=4GB",
        ]
        let program = try Program.start(
            "/usr/bin/setpriv",
            Self.asServerUser + ["--pdeathsig", "QUIT", "\(binaries)/postgres", "-D", "\(folder)/data"]
                + settings.flatMap { ["-c", $0] },
            environment: ["PATH": "/usr/bin:/bin"], log: "\(folder)/log")
        server.withLock { $0 = (program, port) }
        for _ in 0..<1000 {
            if answers() { return }
            guard waitpid(program.pid, nil, WNOHANG) == 0 else {
                throw ProgramError("the test server died\n\(program.logTail())")
            }
            // The server tells nobody when it is ready. This thread has nothing else to do.
            usleep(10_000)
        }
        throw ProgramError("the test server does not answer\n\(program.logTail())")
    }

    /// Stops the server after breaking off all sessions, or at once as a crash would.
    package func stop(immediately: Bool = false) {
        let program = server.withLock { server in
            defer { server.program = nil }
            return server.program
        }
        program?.signal(immediately ? SIGQUIT : SIGINT)
        program?.wait()
    }

    /// Stops the server and removes its folder.
    package func remove() {
        stop(immediately: true)
        // What cannot be removed is left to whoever empties the folder of temporary files.
        try? FileManager.default.removeItem(atPath: folder)
    }

    private func answers() -> Bool {
        do {
            _ = try PostgresSession(url: url, applicationName: "tests")
            return true
        } catch {
            return false
        }
    }

    /// The server refuses to run as root; `setpriv` also ties it to our life.
    private static var asServerUser: [String] {
        getuid() == 0 ? ["--reuid=postgres", "--regid=postgres", "--clear-groups"] : []
    }

    private static func findBinaries() throws -> String {
        let root = "/usr/lib/postgresql"
        let versions = try FileManager.default.contentsOfDirectory(atPath: root).compactMap { Int($0) }
        guard let newest = versions.max() else { throw ProgramError("no PostgreSQL server is installed") }
        return "\(root)/\(newest)/bin"
    }

    /// In memory where there is room; containers often have 64 MB of it.
    ///
    /// The name tells `scripts/test-database`, which removes what killed runs left behind, whose the folder is.
    private static func makeFolder() throws -> String {
        var space = statvfs()
        let hasRoom = statvfs("/dev/shm", &space) == 0 && space.f_bavail * space.f_bsize >= wantedSpace
        var template = Array("\(hasRoom ? "/dev/shm" : "/tmp")/switchboard-test-\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProgramError("no folder for the test server") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        if getuid() == 0, let user = getpwnam("postgres") {
            chown(folder, user.pointee.pw_uid, user.pointee.pw_gid)
        }
        return folder
    }
}
