import DatabaseTestSupport
import HTTP
import HTTPClient
import IO
import Models
import Postgres
import Telemetry
import Testing
import WebTestSupport

@testable import Gateway

@Suite(.timeLimit(.minutes(20))) struct HookRoutingTests {
    private static let connection = "0195d3f0-0000-7000-8000-000000000001"

    @Test func `hooks go to the inbox of their host's tenant, the shared host's to the platform`() async throws {
        try await withDatabase(migrations: GatewayMigrations.all, service: "gateway") { test in
            try await DoorUnderTest.with { door async throws in
                let database = test.open(on: door.loop)
                defer { database.close() }
                let store = InboxStore(database: database, settings: InboxSettings())
                door.door.hooks = HookDoor(
                    intake: HookIntake(
                        store: store, loop: door.loop, logger: LogCapture().logger(), metrics: Metrics()),
                    asking: HookAsking(
                        forwarder: Forwarder(
                            upstreams: Upstreams.all(at: 1, http: door.client), tokens: FixedToken(InboxUnderTest.token)
                        ), loop: door.loop))
                let target = "/hooks/billing/stripe/\(Self.connection)"
                // Credentials of the provider's own are none of the door's business.
                let credentials: HTTPHeaders = ["Authorization": "Basic dXNlcjpwYXNz"]
                let hosts = ["acme.localhost:8080", "globex.localhost:8080", "app.localhost:8080"]
                for host in hosts {
                    let answer = try await door.send(.post, target, host: host, credentials, body: .bytes([1]))
                    #expect(answer.status == 202, "\(host)")
                }
                for host in ["nobody.localhost:8080", "localhost:8080"] {
                    let answer = try await door.send(.post, target, host: host, credentials, body: .bytes([1]))
                    #expect(answer.status == 404, "\(host)")
                }
                #expect(try await door.send(.get, "/api/v1/calls", host: "app.localhost:8080").status == 404)
                let tenants = try await store.list("waiting").map(\.tenantID)
                #expect(Set(tenants) == [door.tenant, door.otherTenant, .platform])
            }
        }
    }
}
