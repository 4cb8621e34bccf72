import HTTP
import JSON
import Models
import Synchronization
import Testing
import WebTestSupport

@testable import Tenancy

/// What super admins sort tenants by.
@Suite(.timeLimit(.minutes(20))) struct TenantFigureTests {
    /// What `calls` tells, one tenant a page; nil while it is away.
    private final class Told: Sendable {
        private let figures = Mutex<[InternalAPI.TenantFigures]?>([])

        func tell(_ figures: [InternalAPI.TenantFigures]?) { self.figures.withLock { $0 = figures } }

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            guard let told = figures.withLock({ $0 }) else { return HTTPResponse(status: 503) }
            let after = request.query.map { String($0.dropFirst("after=".count)) }
            let rest = after.map { last in told.drop { "\($0.tenantID)" != last }.dropFirst() } ?? told[...]
            return .json(
                InternalAPI.TenantFiguresPage(
                    data: Array(rest.prefix(1)), next: rest.count > 1 ? rest.first?.tenantID : nil))
        }
    }

    @Test func `tenants are sorted by failing connections, backlog, errors and cost, as calls last told`() async throws
    {
        try await withTenancy { world in
            try await world.makePlatform()
            let third = TenantID.make()
            try await world.makeTenant(third, "initech")
            let told = Told()
            let calls = try StandInService(world.loop) { told.answer($0) }.client(for: .calls)
            let figures = [
                InternalAPI.TenantFigures(
                    tenantID: world.tenant, failingConnections: 2, backlog: 1, errors: 0, costMicros: 50),
                InternalAPI.TenantFigures(
                    tenantID: world.other, failingConnections: 0, backlog: 7, errors: 3, costMicros: 900),
                // One that tenancy does not have any more.
                InternalAPI.TenantFigures(
                    tenantID: .make(), failingConnections: 9, backlog: 9, errors: 9, costMicros: 9),
            ]
            told.tell(figures)
            try await GatherFiguresJob.run(world.database, calls)
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
            told.tell(nil)
            await #expect(throws: Failure.self) {
                try await GatherFiguresJob.run(world.database, calls, now: .now() + .seconds(300))
            }
            #expect(try await page("sort=-backlog").data.first?.figures?.backlog == 7)
            told.tell([figures[0]])
            try await GatherFiguresJob.run(world.database, calls, now: .now() + .seconds(600))
            #expect(try await page("sort=-backlog").data.map { $0.figures?.backlog } == [1, nil, nil])
        }
    }
}
