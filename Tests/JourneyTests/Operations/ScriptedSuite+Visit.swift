import FoundationEssentials
import Glibc
import HTTPClient
import IO
import TestSupport
import Testing

extension ScriptedSuite {
    /// For what blocks; its threads last as long as the tests, since processes die with the thread that started them.
    static let pool = WorkerPool(name: "scripts", threads: 2, queueLimit: 100)

    /// A folder for suites and backups.
    static func makeFolder() throws -> String {
        var template = Array(
            "\(FileManager.default.temporaryDirectory.path)/switchboard-test-\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProgramError("no folder for the backup") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The account of the database passes through.
        chmod(folder, 0o711)
        return folder
    }

    /// Starts a suite for a journey, and stops it afterwards; no log of it tells a secret.
    static func visit<Success: Sendable>(
        data: String, port: Int, _ body: @escaping @Sendable (Visit) async throws -> Success
    ) async throws -> Success {
        let suite = try await pool.run { try ScriptedSuite.start(data: data, port: port) }
        let result: Result<Success, any Error>
        do {
            result = .success(
                try await withLoop { loop in
                    let visit = Visit(port: port, loop)
                    defer { visit.client.close() }
                    let gateway = visit.caller("admin")
                    try await visit.until("the suite is ready", within: .seconds(240)) {
                        guard suite.isRunning else { throw ProgramError("scripts/run has ended\n\(suite.log)") }
                        do {
                            return try await gateway.get("/ready").status == 200
                        } catch is HTTPClientError {
                            return false
                        }
                    }
                    let success = try await body(visit)
                    let logs = suite.logs()
                    #expect(logs.contains("Request answered"))
                    for secret in visit.planted { #expect(!logs.contains(secret), "a log tells a secret") }
                    return success
                })
        } catch { result = .failure(error) }
        let code = try await pool.run { suite.stop() }
        #expect(code == 0, "scripts/run ended with \(code)\n\(suite.log)")
        return try result.get()
    }
}
