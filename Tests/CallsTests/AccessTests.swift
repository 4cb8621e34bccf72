import HTTP
import Idempotency
import Models
import Telemetry
import Testing
import Web
import WebTestSupport

@testable import Calls

@Suite(.timeLimit(.minutes(20))) struct AccessTests {
    private func handler(_ server: CallsServer, _ routes: RouteTable, _ listener: WebApplication.Listener) throws
        -> HTTPHandler
    {
        let logger = Logger(service: "tests", level: .error)
        return WebApplication(
            loop: server.loop, logger: logger, metrics: Metrics(), routes: routes, trust: try server.trust.trust(),
            listener: listener, idempotency: IdempotencyStore(server.database, logger: logger)
        ).handler
    }

    @Test func `every route gives every kind of caller the expected answer`() async throws {
        let outcome = try await CallsServer.with { server in
            let routes = server.routes.table
            let handler = try handler(server, routes, .service)
            return try await AccessMatrix(routes).run(server.trust) { await handler($0) }
        }
        #expect(outcome.wrong == [])
        #expect(
            try AccessSnapshot.isCurrent(outcome.text, of: "calls"), "run with UPDATE_SNAPSHOTS=1 when it is meant")
    }

    @Test func `every internal route lets in exactly the services that were granted its scope`() async throws {
        let wrong = try await CallsServer.with { server in
            let routes = server.routes.internalTable
            let handler = try handler(server, routes, .internal)
            return try await InternalAccessMatrix(routes).run(server.trust) { await handler($0) }
        }
        #expect(wrong == [])
    }
}
