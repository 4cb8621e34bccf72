import HTTP
import HTTPClient
import IO
import JSON
import Jobs
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Calls

/// Phone systems that are asked for what is new, in whatever state they are.
@Suite(.timeLimit(.minutes(20))) struct ConnectionPollingTests {
    private struct Scene {
        let world: IngestWorld
        let polling: ConnectionPolling
        let listed: Listed

        /// A connection to a phone system, of the world's tenant or another.
        func connect(
            _ ucm: FakeUCM, in tenant: TenantID? = nil, password: String = FakeUCM.password
        ) -> InternalAPI.Connection {
            let made = world.connect(
                "grandstream_ucm", credentials: ["password": password],
                settings: ["address": "http://127.0.0.1:\(ucm.port)/", "user": FakeUCM.user, "interface": "new"])
            listed.connections.append(
                InternalAPI.TenantConnection(tenantID: tenant ?? world.tenant, id: made.id))
            return made
        }

        func state(_ connection: InternalAPI.Connection) async throws -> (
            code: String?, failures: Int32, alert: String?
        ) {
            let found = try await world.database.tenant(world.tenant).first(
                """
                SELECT last_error_code, failures, alert FROM connection_states
                WHERE tenant_id = \(world.tenant) AND connection_id = \(connection.id)
                """
            ) { row in
                (
                    code: try row.next(String?.self), failures: try row.next(Int32.self),
                    alert: try row.next(String?.self)
                )
            }
            return found ?? (nil, 0, nil)
        }

        func jobs(of tenant: TenantID) async throws -> Int {
            try await world.database.tenant(tenant).value(
                "SELECT count(*) FROM jobs WHERE tenant_id = \(tenant) AND kind = \(PollConnectionJob.kind)",
                as: Int.self) ?? 0
        }
    }

    /// What tenancy lists; confined to the test's loop.
    private final class Listed: @unchecked Sendable {
        var connections: [InternalAPI.TenantConnection] = []
    }

    /// Holds answers back until it opens; confined to the test's loop.
    private final class Gate: @unchecked Sendable {
        private(set) var isOpen = false
        private var waiting: [CheckedContinuation<Void, Never>] = []
        var held: Int { waiting.count }

        func pass() async {
            guard !isOpen else { return }
            await withCheckedContinuation { waiting.append($0) }
        }

        func open() {
            isOpen = true
            for one in waiting { one.resume() }
            waiting = []
        }

        /// An answer that begins and does not go on.
        var answer: HTTPResponse {
            HTTPResponse(
                status: 200, headers: ["Content-Type": "application/json"],
                body: .stream(length: nil) { [self] writer in
                    try await writer.write(Array("{".utf8))
                    await pass()
                })
        }
    }

    private func with(_ body: @escaping @Sendable (Scene) async throws -> Void) async throws {
        let anywhere = try #require(AddressGuard.Exception("127.0.0.0/8"))
        try await IngestWorld.with(reach: [anywhere]) { world in
            let listed = Listed()
            let polling = ConnectionPolling(
                database: world.database, seat: world.seat,
                list: { $0 == "grandstream_ucm" ? listed.connections : [] }, knowledge: world.trust.knowledge,
                logger: Logger(service: "tests", level: .error))
            try await body(Scene(world: world, polling: polling, listed: listed))
        }
    }

    private func failure(_ scene: Scene, _ connection: InternalAPI.Connection) async throws -> JobFailure? {
        do {
            try await scene.polling.poll(connection.id, in: scene.world.tenant)
            return nil
        } catch let failure as JobFailure {
            return failure
        }
    }

    @Test func `a record that cannot be read holds up no page, is shown once and can be read again`() async throws {
        try await with { scene in
            let (world, ucm) = (scene.world, try FakeUCM(scene.world.loop))
            let connection = scene.connect(ucm)
            ucm.add(1, end: .now() - .seconds(300))
            ucm.records.append((end: .now() - .seconds(200), json: ["AcctId": "2", "src": "4155550102"]))
            ucm.add(3, end: .now() - .seconds(100))
            for _ in 0..<2 { #expect(try await failure(scene, connection) == nil) }
            #expect(try await world.rows(of: connection).count == 2)
            for _ in 0..<2 {
                try await world.work(connection)
                let shown = try await world.database.tenant(world.tenant).values(
                    "SELECT record FROM rejected_records WHERE tenant_id = \(world.tenant)", as: String.self)
                #expect(shown.count == 1 && shown[0].contains("4155550102"))
                try await world.database.tenant(world.tenant).execute(
                    "UPDATE hook_payloads SET state = 'waiting' WHERE tenant_id = \(world.tenant)")
            }
            #expect(try await scene.state(connection).code == "invalid")
            await ucm.stop()
        }
    }

    @Test func `what is due is asked once, page by page, and brings each call once`() async throws {
        try await with { scene in
            let ucm = try FakeUCM(scene.world.loop)
            let connection = scene.connect(ucm)
            for number in 1...(PollSweep.pageSize + 20) {
                ucm.add(number, end: .now() - .seconds(Int64(4_000 - number)))
            }
            try await scene.polling.plan()
            try await scene.polling.plan()
            #expect(try await scene.jobs(of: scene.world.tenant) == 1)
            #expect(try await failure(scene, connection) == nil)
            #expect(try await scene.world.rows(of: connection).count == PollSweep.pageSize + 20)
            let versions = try await scene.world.versions()
            ucm.add(9_000, end: .now() - .seconds(1))
            #expect(try await failure(scene, connection) == nil)
            #expect(try await scene.world.rows(of: connection).count == PollSweep.pageSize + 21)
            #expect(try await scene.world.versions().reduce(0, +) == versions.reduce(0, +) + 1)
            // Its job has not run, so it is not asked for again, however late it is.
            try await scene.polling.plan(now: .now() + .seconds(3_600))
            #expect(try await scene.jobs(of: scene.world.tenant) == 1)
            try await scene.world.database.tenant(scene.world.tenant).execute(
                "DELETE FROM jobs WHERE tenant_id = \(scene.world.tenant)")
            try await scene.polling.plan(now: .now() + .seconds(3_600))
            #expect(try await scene.jobs(of: scene.world.tenant) == 1)
            await ucm.stop()
        }
    }

    @Test func `a phone system that is down, wrong, busy or breaks off shows, and nothing of it is lost`() async throws
    {
        try await with { scene in
            let ucm = try FakeUCM(scene.world.loop)
            let connection = scene.connect(ucm)
            ucm.add(1, end: .now() - .seconds(300))
            let answers: [(String, HTTPResponse, code: String, retry: Duration?)] = [
                ("wrong", FakeProviderServer.json("<html>Welcome</html>"), "provider_invalid", nil),
                (
                    "busy", HTTPResponse(status: 429, headers: ["Retry-After": "120"]), "provider_limited",
                    .seconds(120)
                ),
                ("broken", HTTPResponse(status: 502), "provider_unavailable", nil),
                ("cut", FakeProviderServer.cut(Array(#"{"cdr_root": []}"#.utf8)), "provider_unavailable", nil),
            ]
            for (name, answer, code, retry) in answers {
                // However often it is asked within one attempt.
                ucm.faults = Array(repeating: answer, count: 10)
                let failed = try #require(try await failure(scene, connection), "\(name)")
                #expect(failed.code == code, "\(name)")
                #expect(failed.isFinal == (code == "provider_invalid"), "\(name)")
                #expect(failed.retryAfter == retry, "\(name)")
                #expect(try await scene.state(connection).code.map { "provider_\($0)" } == code, "\(name)")
                ucm.faults = []
            }
            #expect(try await scene.state(connection).failures == Int32(answers.count))
            #expect(try await scene.world.rows(of: connection).isEmpty)
            #expect(try await failure(scene, connection) == nil)
            #expect(try await scene.world.rows(of: connection).count == 1)
            #expect(try await scene.state(connection).failures == 0)
            await ucm.stop()
            let down = try #require(try await failure(scene, connection))
            #expect(down.code == "provider_unavailable" && !down.isFinal)
        }
    }

    @Test func `wrong credentials are told once, and tried once an hour`() async throws {
        try await with { scene in
            let ucm = try FakeUCM(scene.world.loop)
            let connection = scene.connect(ucm, password: "guess")
            try await scene.polling.plan()
            let failed = try #require(try await failure(scene, connection))
            #expect(failed.code == "provider_credentials" && failed.isFinal)
            _ = try await failure(scene, connection)
            #expect(try await scene.state(connection).alert == "credentials")
            #expect(try await scene.world.events() == ["connection.failed"])
            let forget: SQL = "DELETE FROM jobs WHERE tenant_id = \(scene.world.tenant)"
            try await scene.world.database.tenant(scene.world.tenant).execute(forget)
            try await scene.polling.plan(now: .now() + .seconds(120))
            #expect(try await scene.jobs(of: scene.world.tenant) == 0)
            try await scene.world.database.tenant(scene.world.tenant).execute(
                """
                UPDATE connection_states SET polled_at = now() - interval '2 hours'
                WHERE tenant_id = \(scene.world.tenant)
                """)
            try await scene.polling.plan()
            #expect(try await scene.jobs(of: scene.world.tenant) == 1)
            await ucm.stop()
        }
    }

    @Test func `a tenant whose phone systems do not answer delays no other tenant's`() async throws {
        try await with { scene in
            let (gate, slow, quick) = (Gate(), try FakeUCM(scene.world.loop), try FakeUCM(scene.world.loop))
            for _ in 0..<20 { slow.faults.append(gate.answer) }
            quick.add(1, end: .now() - .seconds(60))
            for _ in 0..<6 { _ = scene.connect(slow) }
            try await scene.polling.plan()
            let other = scene.world.trust.otherTenant
            let healthy = scene.connect(quick, in: other)
            let runner = JobRunner(
                loop: scene.world.loop, database: scene.world.database,
                logger: Logger(service: "tests", level: .error), metrics: Metrics())
            let done = Gate()
            runner.register(PollConnectionJob.self, PollConnectionJob.options) { [polling = scene.polling] run, job in
                try await polling.poll(job.connectionID, in: run.tenant)
                if job.connectionID == healthy.id { done.open() }
            }
            runner.start()
            // All that one tenant may have at once hangs; only then the other one's turn comes.
            while gate.held < PollConnectionJob.options.perTenant {
                try await scene.world.loop.sleep(for: .milliseconds(20))
            }
            try await scene.polling.plan()
            await done.pass()
            let found = try await scene.world.database.tenant(other).value(
                "SELECT count(*) FROM calls WHERE tenant_id = \(other)", as: Int.self)
            #expect(found == 1)
            #expect(gate.held == PollConnectionJob.options.perTenant && !gate.isOpen)
            gate.open()
            await runner.stop(within: .seconds(30))
            await slow.stop()
            await quick.stop()
        }
    }
}
