import FoundationEssentials
import Glibc
import IO
import JSON
import Models
import TestSupport
import Testing

@Suite(
    .timeLimit(.minutes(20)), .enabled(if: ScriptedSuite.isPossible, "s6 is not installed"))
struct BackupTests {
    /// What the first suite had when its backup began.
    private struct Kept: Sendable {
        let subdomain: String
        let owner: (token: String, refresh: String, email: String, password: String)
        let key: String
        let acknowledged: [CallID: Int]
    }

    @Test func `a backup taken under load brings everything back in an empty folder`() async throws {
        let folder = try ScriptedSuite.makeFolder()
        defer { if getenv("JOURNEY_KEEP") == nil { try? FileManager.default.removeItem(atPath: folder) } }
        let port = try SuitePorts.probe().gateway
        let (first, second, backup) = ("\(folder)/first", "\(folder)/second", "\(folder)/backup")

        let kept = try await ScriptedSuite.visit(data: first, port: port) { visit in
            try await Self.backUp(visit, to: backup, data: first)
        }
        // Without the keys nothing is begun.
        await #expect(throws: ProgramError.self) {
            try await ScriptedSuite.pool.run {
                try ScriptedSuite.run(
                    "restore", [backup], data: second, port: port, ["KEYS": "\(folder)/nowhere"])
            }
        }
        #expect(!FileManager.default.fileExists(atPath: second))
        try await ScriptedSuite.pool.run { try ScriptedSuite.run("restore", [backup], data: second, port: port) }
        try await ScriptedSuite.visit(data: second, port: port) { visit in try await Self.check(kept, visit) }
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
            try await ScriptedSuite.pool.run { try ScriptedSuite.run("backup", [backup], data: data, port: port) }
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
}
