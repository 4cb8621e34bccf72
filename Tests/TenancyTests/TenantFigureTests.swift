import Clients
import Foundation
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Synchronization
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Tenancy

/// What super admins sort tenants by.
@Suite(.timeLimit(.minutes(20))) struct TenantFigureTests {
    /// Stands where `calls` does, and tells one tenant a page.
    private final class Calls: Sendable {
        let client: ServiceClient
        private let told = Mutex<[InternalAPI.TenantFigures]?>([])

        private final class FixedToken: ServiceTokenSource {
            func token(for callee: ServiceName) async throws -> String { "t" }
            func drop(_ token: String, for callee: ServiceName) {}
        }

        init(_ loop: EventLoop) throws {
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            client = ServiceClient(
                http: InternalHTTPClient(loop: loop), endpoint: HTTPEndpoint(host: "127.0.0.1", port: socket.port),
                callee: .calls, tokens: FixedToken())
            let server = HTTPServer(loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics()) {
                [weak self] request in
                guard let told = self?.told.withLock({ $0 }) else { return HTTPResponse(status: 503) }
                let after = request.query.map { String($0.dropFirst("after=".count)) }
                let rest = after.map { last in told.drop { "\($0.tenantID)" != last }.dropFirst() } ?? told[...]
                let page = InternalAPI.TenantFiguresPage(
                    data: Array(rest.prefix(1)), next: rest.count > 1 ? rest.first?.tenantID : nil)
                do { return HTTPResponse(status: 200, body: .bytes(try JSON.encode(page))) } catch {
                    return HTTPResponse(status: 500)
                }
            }
            try server.start()
        }

        /// Nil while it is away.
        func tell(_ figures: [InternalAPI.TenantFigures]?) { told.withLock { $0 = figures } }
    }

    @Test func `tenants are sorted by failing connections, backlog, errors and cost, as calls last told`() async throws
    {
        try await withTenancy { world in
            try await world.makePlatform()
            let third = TenantID.make()
            try await world.makeTenant(third, "initech")
            let calls = try Calls(world.loop)
            let figures = [
                InternalAPI.TenantFigures(
                    tenantID: world.tenant, failingConnections: 2, backlog: 1, errors: 0, costMicros: 50),
                InternalAPI.TenantFigures(
                    tenantID: world.other, failingConnections: 0, backlog: 7, errors: 3, costMicros: 900),
                // One that tenancy does not have any more.
                InternalAPI.TenantFigures(
                    tenantID: .make(), failingConnections: 9, backlog: 9, errors: 9, costMicros: 9),
            ]
            calls.tell(figures)
            try await GatherFiguresJob.run(world.database, calls.client)
            func page(_ query: String) async throws -> Page<TenancyAPI.Tenant> {
                try await world.send(
                    .get, "/api/v1/platform/tenants?\(query)", as: .user(.superAdmin), in: .platform
                ).decoded()
            }
            for (sort, expected) in [
                ("-failing_connections", "acme"), ("-backlog", "globex"), ("-errors", "globex"), ("-cost", "globex"),
                ("failing_connections", "acme"),
            ] {
                let found = try await page("sort=\(sort)").data.map(\.subdomain)
                #expect(found.count == 3 && (sort.hasPrefix("-") ? found.first : found.last) == expected, "\(sort)")
            }
            // Whole over several pages, those without any at the end.
            var (seen, cursor): ([String], String?) = ([], nil)
            repeat {
                let next = try await page("sort=-cost&limit=1" + (cursor.map { "&cursor=\($0)" } ?? ""))
                seen += next.data.map(\.subdomain)
                cursor = next.nextCursor
            } while cursor != nil
            #expect(seen == ["globex", "acme", "initech"])
            let all = try await page("").data
            #expect(all.first { $0.id == third }?.figures == nil)
            let one: TenancyAPI.Tenant = try await world.send(
                .get, "/api/v1/platform/tenants/\(world.tenant)", as: .user(.superAdmin), in: .platform
            ).decoded()
            #expect(one.figures?.failingConnections == 2 && one.figures?.costMicros == 50)

            // While calls is away, what is known stays; what it does not tell any more is over.
            calls.tell(nil)
            await #expect(throws: Failure.self) {
                try await GatherFiguresJob.run(world.database, calls.client, now: .now() + .seconds(300))
            }
            #expect(try await page("sort=-backlog").data.first?.figures?.backlog == 7)
            calls.tell([figures[0]])
            try await GatherFiguresJob.run(world.database, calls.client, now: .now() + .seconds(600))
            #expect(try await page("sort=-backlog").data.map { $0.figures?.backlog } == [1, nil, nil])
        }
    }
}
