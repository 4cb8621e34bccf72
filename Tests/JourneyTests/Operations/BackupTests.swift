import FoundationEssentials
import Glibc
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

@Suite(
    .timeLimit(.minutes(20)), .enabled(if: ScriptedSuite.isPossible, "s6 is not installed"))
struct BackupTests {
    private static let pool = WorkerPool(name: "scripts", threads: 2, queueLimit: 100)

    /// What the first suite had when its backup began.
    private struct Kept: Sendable {
        let subdomain: String
        let owner: (token: String, refresh: String, email: String, password: String)
        let key: String
        let acknowledged: [CallID: Int]
    }

    @Test func `a backup taken under load brings everything back in an empty folder`() async throws {
        let folder = try Self.makeFolder()
        defer { if getenv("JOURNEY_KEEP") == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let port = try SuitePorts.probe().gateway
        let (first, second, backup) = ("\(folder)/first", "\(folder)/second", "\(folder)/backup")

        let kept = try await Self.visit(data: first, port: port) { visit in
            try await Self.backUp(visit, to: backup, data: first)
        }
        // Without the keys nothing is begun.
        await #expect(throws: ProgramError.self) {
            try await Self.pool.run {
                try ScriptedSuite.run(
                    "restore", [backup], data: second, port: port, ["KEYS": "\(folder)/nowhere"])
            }
        }
        #expect(!FileManager.default.fileExists(atPath: second))
        try await Self.pool.run { try ScriptedSuite.run("restore", [backup], data: second, port: port) }
        try await Self.visit(data: second, port: port) { visit in try await Self.check(kept, visit) }
    }

    private static func backUp(_ visit: Visit, to backup: String, data: String) async throws -> Kept {
        let tenant = try await TenantUnderTest.make(visit, plan: .enterprise)
        let key = try await tenant.key([.callsRead])
        let load = Load(tenant.owner.caller, total: 5000)
        let loading = visit.loop.spawn { () async -> Result<Void, any Error> in
            do { return .success(try await load.run(workers: 2)) } catch { return .failure(error) }
        }
        await load.waitFor(10)
        let acknowledged = load.acknowledged
        let port = visit.port
        do {
            try await pool.run { try ScriptedSuite.run("backup", [backup], data: data, port: port) }
        } catch {
            load.stop()
            throw error
        }
        #expect(load.acknowledged.count > acknowledged.count, "nothing came in meanwhile")
        load.stop()
        try await loading.value.get()
        let owner = tenant.owner
        return Kept(
            subdomain: tenant.subdomain,
            owner: (owner.caller.credential ?? "", owner.refreshToken, owner.email, owner.password),
            key: key.credential ?? "", acknowledged: acknowledged)
    }

    private static func check(_ kept: Kept, _ visit: Visit) async throws {
        let owner = visit.caller(kept.subdomain, kept.owner.token)
        #expect(kept.acknowledged.count >= 10)
        for (id, number) in kept.acknowledged {
            #expect(try await owner.get("/api/v1/calls/\(id)/recording").expect(200).bytes == Tone.wave(number))
        }
        // What came in during the backup is there whole or not at all.
        var target: String? = "/api/v1/calls?limit=100"
        while let here = target {
            let page = try await owner.get(here).expect(200).decoded(Page<CallsAPI.CallSummary>.self)
            for call in page.data where call.recording != nil {
                let number = try #require(call.externalID.flatMap { Int($0.dropFirst("load-".count)) })
                let bytes = try await owner.get("/api/v1/calls/\(call.id)/recording").expect(200).bytes
                #expect(bytes == Tone.wave(number))
            }
            target = page.nextCursor.map { "/api/v1/calls?limit=100&cursor=\($0)" }
        }
        try await owner.with(kept.key).get("/api/v1/calls").expect(200)
        try await owner.anonymous.post("/api/v1/auth/refresh", ["refresh_token": .string(kept.owner.refresh)])
            .expect(200)
        try await owner.anonymous.post(
            "/api/v1/auth/login",
            ["email": .string(kept.owner.email), "password": .string(kept.owner.password)]
        ).expect(200)
        _ = try await visit.superAdmin()
    }

    // Running.

    private static func makeFolder() throws -> String {
        var template = Array(
            "\(FileManager.default.temporaryDirectory.path)/switchboard-test-\(getpid())-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProgramError("no folder for the backup") }
        let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // The account of the database passes through.
        chmod(folder, 0o711)
        return folder
    }

    private static func visit<Success: Sendable>(
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
