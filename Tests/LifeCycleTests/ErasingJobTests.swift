import Clients
import DatabaseTestSupport
import Events
import HTTP
import IO
import JSON
import Jobs
import LifeCycle
import Models
import Postgres
import Telemetry
import TestSupport
import Testing
import WebTestSupport

/// A service's job from the question at tenancy to the answer by an event.
@Suite(.timeLimit(.minutes(20))) struct ErasingJobTests {
    /// Tenancy as far as erasures go: it knows one, or none.
    private func tenancy(_ erasure: InternalAPI.Erasure?, _ loop: EventLoop) throws -> ServiceClient {
        try StandInService(loop) { _ in erasure.map { .json($0) } ?? HTTPResponse(status: 404) }
            .client(for: .tenancy)
    }

    @Test(arguments: ErasedService.all.filter { $0.name != .tenancy })
    func `a service does what tenancy names, and answers by an event with its counts`(
        service: ErasedService
    ) async throws {
        try await withOpenDatabase(migrations: service.migrations, service: service.name.rawValue) {
            database, test, loop in
            let tenant = TenantID.make()
            let erasure = InternalAPI.Erasure(
                id: .make(), kind: .person, tenantID: tenant,
                phoneNumbers: [.init(number: "+12025550177", national: "2025550177")],
                emails: ["planted-12@example.com"])
            let log = LogCapture()
            let runner = JobRunner(loop: loop, database: database, logger: log.logger(), metrics: Metrics())
            LifeCycle(database).register(on: runner, tenancy: try tenancy(erasure, loop))
            let envelope = EventEnvelope(
                id: .make(), type: .erasureRequested, tenantID: tenant, subject: "erasure/x", sequence: 1,
                occurredAt: .now(), traceparent: nil,
                data: try JSONText(encoding: InternalAPI.ErasureEvent(erasureID: erasure.id)))
            try await database.tenant(tenant).transaction { rows in
                try await LifeCycle.receiving()(envelope, rows)
            }
            let answers = database.listen(Outbox.channel)
            var (isBegun, answered) = (false, false)
            for await notification in answers {
                guard case .message = notification else {
                    // Only whoever listens hears the answer, so the work begins then.
                    if !isBegun { runner.start() }
                    isBegun = true
                    continue
                }
                answered = true
                break
            }
            await runner.stop(within: .seconds(5))
            #expect(answered)
            let data = try await database.tenant(tenant).value(
                "SELECT data FROM outbox_payloads WHERE tenant_id = \(tenant)", as: JSONText.self)
            let receipt = try #require(try data?.decode(InternalAPI.ErasureReceipt.self))
            #expect(receipt.erasureID == erasure.id && receipt.held == 0)
            #expect(log.lines.allSatisfy { !$0.contains("Something") })
        }
    }
}
