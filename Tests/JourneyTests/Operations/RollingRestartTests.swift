import FoundationEssentials
import Glibc
import HTTP
import HTTPClient
import IO
import Models
import TestSupport
import Testing

/// New processes take the places of running ones while requests come in.
@Suite(
    .timeLimit(.minutes(20)), .serialized, .enabled(if: ScriptedSuite.isPossible, "s6 is not installed"))
struct RollingRestartTests {
    private static let pool = WorkerPool(name: "restarts", threads: 2, queueLimit: 100)

    @Test func `each service and the gateway are restarted without a failed request`() async throws {
        try await ScriptedSuite.visit("restart") { visit, data in
            visit.plant("2025550143", "2025550199")
            let tenant = try await TenantUnderTest.make(visit, plan: .enterprise)
            let owner = tenant.owner.caller
            let load = SteadyLoad(owner)
            try await load.start(workers: 6)
            for name in SuiteUnderTest.order {
                let before = load.answered
                try await restart(name, data, visit.port)
                // With the old process gone, too.
                try await visit.until("requests go on") { load.answered > before + 100 }
            }
            await load.stop()
            for failure in load.failures { Issue.record("\(failure)") }
            print(
                "restarts: \(load.answered) requests, \(load.acknowledged.count) of them POST; slowest \(load.slowest)")
            #expect(load.slowest < .seconds(30))
            #expect(try await externalIDs(owner) == load.acknowledged)
        }
    }

    @Test func `an upload that is on its way comes through a restart of its service and of the gateway`() async throws {
        try await ScriptedSuite.visit("upload") { visit, data in
            let tenant = try await TenantUnderTest.make(visit, plan: .enterprise)
            let owner = tenant.owner.caller
            let call = try await owner.createCall()
            let recording = Tone.wave(7)
            let body = HTTPBody(declaredLength: Int64(recording.count)) {}
            let upload = visit.loop.spawn { () async -> Result<Answer, any Error> in
                do {
                    return .success(
                        try await owner.send(
                            .put, "/api/v1/calls/\(call.id)/recording", ["Content-Type": "audio/wav"],
                            body: .stream(body)))
                } catch { return .failure(error) }
            }
            let half = recording.count / 2
            recording[..<half].withUnsafeBytes { body.deliver($0) }
            try await restart(.calls, data, visit.port)
            try await restart(.gateway, data, visit.port)
            recording[half...].withUnsafeBytes { body.deliver($0) }
            body.finish()
            try await upload.value.get().expect(202)
            let stored = try await owner.get("/api/v1/calls/\(call.id)/recording").expect(200)
            #expect(stored.bytes == recording)
        }
    }

    @Test func `a new process that does not start leaves the one before it in its place`() async throws {
        try await ScriptedSuite.visit("broken") { visit, data in
            let file = "\(data)/run/environment/billing/run/DATABASE_POOL"
            #expect(FileManager.default.createFile(atPath: file, contents: Data("none\n".utf8)))
            await #expect(throws: ProgramError.self) { try await restart(.billing, data, visit.port) }
            let admin = try await visit.superAdmin()
            #expect(try await admin.get("/api/v1/invoices").status < 500)
            try FileManager.default.removeItem(atPath: file)
            try await restart(.billing, data, visit.port)
            #expect(try await admin.get("/api/v1/invoices").status < 500)
        }
    }

    private func restart(_ name: ServiceName, _ data: String, _ port: Int) async throws {
        try await Self.pool.run { try ScriptedSuite.run("restart", [name.rawValue], data: data, port: port) }
    }

    private func externalIDs(_ owner: Caller) async throws -> Set<String> {
        var found: Set<String> = []
        var target: String? = "/api/v1/calls?limit=100"
        while let here = target {
            let page = try await owner.get(here).expect(200).decoded(Page<CallsAPI.CallSummary>.self)
            for call in page.data {
                let isNew = call.externalID.map { found.insert($0).inserted } ?? false
                #expect(isNew, "a call was recorded twice")
            }
            target = page.nextCursor.map { "/api/v1/calls?limit=100&cursor=\($0)" }
        }
        return found
    }
}

extension ScriptedSuite {
    /// Runs a journey with a suite of its own and the path of its folder.
    static func visit(
        _ name: String, _ body: @escaping @Sendable (Visit, String) async throws -> Void
    ) async throws {
        let pool = WorkerPool(name: "scripts", threads: 1, queueLimit: 100)
        let data = try makeFolder() + "/\(name)"
        let port = try SuitePorts.probe().gateway
        let suite = try await pool.run { try ScriptedSuite.start(data: data, port: port) }
        let result: Result<Void, any Error>
        do {
            try await withLoop { loop in
                let visit = Visit(port: port, loop)
                defer { visit.client.close() }
                try await suite.wait(visit)
                try await body(visit, data)
            }
            result = .success(())
        } catch { result = .failure(error) }
        let code = try await pool.run { suite.stop() }
        #expect(code == 0, "scripts/run ended with \(code)\n\(suite.log)")
        if getenv("JOURNEY_KEEP") == nil { try? FileManager.default.removeItem(atPath: data) }
        try result.get()
    }

    private func wait(_ visit: Visit) async throws {
        let gateway = visit.caller("admin")
        try await visit.until("the suite is ready", within: .seconds(240)) {
            guard isRunning else { throw ProgramError("scripts/run has ended\n\(log)") }
            do { return try await gateway.get("/ready").status == 200 } catch is HTTPClientError { return false }
        }
    }
}
