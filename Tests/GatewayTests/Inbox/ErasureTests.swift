import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import JSON
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Clients
@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct ErasureTests {
    /// Tenancy's part: whom an erasure is about, and the receipts; confined to the test's loop.
    private final class ErasingTenancy: @unchecked Sendable {
        var erasures: [ErasureID: InternalAPI.Erasure] = [:]
        private(set) var receipts: [InternalAPI.ErasureReceipt] = []
        /// Whose name it was asked in.
        private(set) var owners: [String?] = []
        /// So many requests are answered 503.
        var absences = 0

        func answer(_ request: HTTPRequest) async -> HTTPResponse {
            guard absences == 0 else {
                absences -= 1
                return HTTPResponse(status: 503)
            }
            owners.append(request.headers["x-switchboard-tenant"])
            do {
                if request.method == .post {
                    let bytes = try await request.body.collect(upTo: 10_000)
                    receipts.append(try JSON.decode(InternalAPI.ErasureReceipt.self, from: bytes))
                    return HTTPResponse(status: 204)
                }
                let name = String(request.path.dropFirst("/internal/erasures/".count))
                guard let found = erasures[try ErasureID(jsonText: name)] else { return HTTPResponse(status: 404) }
                return HTTPResponse(status: 200, body: .bytes(try JSON.encode(found)))
            } catch { return HTTPResponse(status: 500) }
        }
    }

    private func with(
        _ body: @escaping @Sendable (InboxUnderTest, ErasingTenancy, ChangeFeedState) async throws -> Void
    ) async throws {
        try await InboxUnderTest.with { inbox async throws in
            let tenancy = ErasingTenancy()
            let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
            let server = HTTPServer(
                loop: inbox.loop, socket: socket, logger: inbox.log.logger(), metrics: Metrics(),
                handler: tenancy.answer)
            try server.start()
            let state = ChangeFeedState(loop: inbox.loop)
            let service = ErasureService(
                store: ErasureStore(database: inbox.database), state: state,
                tenancy: ServiceClient(
                    http: inbox.client, endpoint: HTTPEndpoint(host: "127.0.0.1", port: socket.port), callee: .tenancy,
                    tokens: FixedToken()),
                loop: inbox.loop, logger: inbox.log.logger(), pause: .milliseconds(20))
            let running = inbox.loop.spawn { await service.run() }
            let result: Result<Void, any Error>
            do { result = .success(try await body(inbox, tenancy, state)) } catch { result = .failure(error) }
            running.cancel()
            await running.value
            await server.drain(within: .zero)
            try result.get()
        }
    }

    @Test func `what hooks say of a person goes, however it is written, and tenancy gets a receipt`() async throws {
        try await with { inbox, tenancy, state in
            let said = [
                "From=%2B4930123456&Body=x", #"{"caller":"+49 (30) 12-34 56"}"#, "to=%2B49+30+123456",
                "to=030%20123456", #"{"email":"Ada@Example.org"}"#, "mail=ada%40example.org",
            ]
            for text in said { try await inbox.tell(text) }
            let others = ["nobody", "+493012345678", "xada@example.org"]
            for text in others { try await inbox.tell(text) }
            try await inbox.tell("+4930123456", host: "globex.localhost:8080")
            let id = ErasureID.make()
            tenancy.erasures[id] = InternalAPI.Erasure(
                id: id, kind: .person, tenantID: inbox.tenant,
                phoneNumbers: [.init(number: "+4930123456", national: "30123456")], emails: ["ada@example.org"])
            // It is away at first.
            tenancy.absences = 2
            state.apply([.erasure(id, .init(tenantID: inbox.tenant, kind: .person))], sequence: 1)
            try await inbox.wait { !tenancy.receipts.isEmpty }
            #expect(
                tenancy.receipts == [InternalAPI.ErasureReceipt(erasureID: id, erased: ["hooks": said.count])])
            #expect(tenancy.owners == [inbox.tenant.description, inbox.tenant.description])
            #expect(try await inbox.payloads() == others.count)
            #expect(try await inbox.payloads(of: inbox.otherTenant) == 1)

            // Asked once more, it looks once more; a snapshot that tells of it again is nothing new.
            try await inbox.tell("+49 30 123456")
            state.apply([.erasure(id, .init(tenantID: inbox.tenant, kind: .person))], sequence: 2)
            try await inbox.wait { tenancy.receipts.count == 2 }
            #expect(tenancy.receipts.last?.erased == ["hooks": 1])
            // One that is over is let be.
            let late = ErasureID.make()
            state.apply([.erasure(late, .init(tenantID: inbox.tenant, kind: .person))], sequence: 3)
            try await inbox.wait { tenancy.owners.count == 5 }
            #expect(tenancy.receipts.count == 2)
        }
    }

    @Test func `of a tenant that goes no row is left, and the platform hears of it`() async throws {
        try await with { inbox, tenancy, state in
            try await inbox.tell("a")
            try await inbox.tell("b", host: "globex.localhost:8080")
            try await inbox.database.execute(
                """
                INSERT INTO limit_buckets (tenant_id, name, tokens, refilled_at)
                SELECT tenant, 'api', 1, now() FROM unnest(\([inbox.tenant, inbox.otherTenant])) AS tenant
                """)
            try await UsageStore(database: inbox.database).add(
                [inbox.tenant: .init(requests: 1), inbox.otherTenant: .init(requests: 1)], at: .now())
            let id = ErasureID.make()
            state.apply([.erasure(id, .init(tenantID: inbox.tenant, kind: .tenant))], sequence: 1)
            try await inbox.wait { !tenancy.receipts.isEmpty }
            #expect(tenancy.receipts.first?.erased == ["hooks": 1, "limits": 1, "usage": 1])
            #expect(tenancy.owners == [TenantID.platform.description])
            let tables = try await inbox.database.query(
                """
                SELECT c.relname::text FROM pg_class AS c JOIN pg_attribute AS a ON a.attrelid = c.oid
                WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attname = 'tenant_id'
                """
            ) { row in try row.next(String.self) }
            #expect(tables.count >= 5)
            for table in tables {
                for (tenant, isLeft) in [(inbox.tenant, false), (inbox.otherTenant, true)] {
                    let rows = try await PostgresSession.with(url: inbox.test.superuserURL, applicationName: "tests") {
                        try $0.rows("SELECT 1 FROM \(table) WHERE tenant_id = $1", [tenant.description])
                    }
                    // No gateway has taken of the other's limit.
                    #expect(rows.isEmpty != isLeft || table == "limit_holdings", "\(table)")
                }
            }
        }
    }
}
