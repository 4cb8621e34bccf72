import FoundationEssentials
import Glibc
import IO
import TestSupport

/// A folder with a certificate authority of its own, and what it signs; made by the `openssl` command.
struct Authority: Sendable {
    let folder: String

    /// The authority's certificate.
    var root: String { "\(folder)/root.pem" }
    /// Where the pairs lie that a server reads.
    var pairs: String { "\(folder)/pairs" }

    static func make(organisation: String = "Test") async throws -> Authority {
        let authority = Authority(folder: try temporaryFolder())
        mkdir(authority.pairs, 0o700)
        try await authority.openssl(
            "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj '/O=\(organisation)/CN=Root' -keyout root.key "
                + "-out root.pem")
        return authority
    }

    private static func temporaryFolder() throws -> String {
        let path = "\(FileManager.default.temporaryDirectory.path)/tls-tests-\(UUID().uuidString)"
        guard mkdir(path, 0o700) == 0 else { throw ProgramError("no folder") }
        return path
    }

    /// Puts `<name>.crt` and `<name>.key` into place, as a renewal does: written beside, then renamed.
    func sign(_ name: String, _ hosts: [String], days: Int = 30, key: String = "ec -pkeyopt ec_paramgen_curve:P-256")
        async throws
    {
        let names = hosts.map { "DNS:\($0)" }.joined(separator: ",")
        try await openssl(
            "req -newkey \(key) -nodes -subj /CN=\(hosts.first?.replacing("*", with: "any") ?? name) "
                + "-addext subjectAltName=\(names) -keyout new.key -out new.csr")
        try await openssl(
            "x509 -req -in new.csr -CA root.pem -CAkey root.key -CAcreateserial -copy_extensions copy -days \(days) -out new.crt"
        )
        chmod("\(folder)/new.key", 0o600)
        rename("\(folder)/new.key", "\(pairs)/\(name).key")
        rename("\(folder)/new.crt", "\(pairs)/\(name).crt")
    }

    func openssl(_ arguments: String) async throws { try await shell("openssl \(arguments)") }

    /// Runs a shell command in the folder.
    func shell(_ command: String) async throws {
        let folder = folder
        try await WorkerPool.files.run {
            try Program.run(
                "/bin/sh", ["-c", "cd \(folder) && \(command)"], environment: ["PATH": "/usr/bin:/bin"],
                log: "\(folder)/log")
        }
    }

    func remove() { try? FileManager.default.removeItem(atPath: folder) }
}
