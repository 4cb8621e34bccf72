import Auth
import Crypto
import FoundationEssentials
import HTTP
import HTTPClient
import IO
import JSON
import Models
import ServiceKit
import Telemetry
import TestSupport
import Testing
import WebTestSupport

@testable import Clients
@testable import Gateway

/// The front door on a free port, one scripted service behind all its routes, and a client in front of it.
///
/// Confined to the test's loop.
final class DoorUnderTest: @unchecked Sendable {
    static let issuer = "http://localhost:8080"
    static let gatewayToken = "the-gateways-own-token"

    let loop: EventLoop
    let client: InternalHTTPClient
    let endpoint: HTTPEndpoint
    let door: FrontDoor
    let state: ChangeFeedState
    let log = LogCapture()
    let metrics = Metrics()
    let usage = UsageTally()
    /// Two tenants, `acme` and `globex`.
    let tenant = TenantID.make()
    let otherTenant = TenantID.make()
    private let signer: JWTSigner
    let server: HTTPServer
    private let upstream: InternalHTTPClient

    private init(
        _ loop: EventLoop, servicePort: Int, tenancyPort: Int, patience: Duration?,
        configuration: HTTPClientConfiguration, isCurrent: Bool, edge: EdgeUnderTest
    ) throws {
        self.loop = loop
        client = InternalHTTPClient(loop: loop)
        upstream = InternalHTTPClient(loop: loop, configuration: configuration)
        state = ChangeFeedState(loop: loop)
        let key = try Ed25519PrivateKey.make()
        signer = JWTSigner(keyID: "k1", key: key)
        let people = try TokenVerifier(issuer: Self.issuer, audience: TokenClaims.audience, keys: JWKS(keys: []))
        state.keepCurrent(people)
        let zone = try TimeZoneName(jsonText: "UTC")
        func value(_ subdomain: String, _ status: TenantStatus) -> ChangeFeedAPI.TenantValue {
            .init(subdomain: subdomain, status: status, timeZone: zone, country: "US")
        }
        state.apply(
            [
                .signingKey("k1", JWK(key.publicKey, keyID: "k1")), .tenant(tenant, value("acme", .active)),
                .tenant(otherTenant, value("globex", .active)),
                .tenant(.platform, value("admin", .active)), .tenant(.make(), value("gone", .deleted)),
                .domain("calls.acme.example", tenant),
            ], sequence: 1)
        if isCurrent { state.becomeCurrent() }

        let tokens = FixedToken(DoorUnderTest.gatewayToken)
        var addresses: [ServiceName: [UpstreamAddress]] = [:]
        for service in ServiceName.services {
            addresses[service] = UpstreamAddress.list("http://127.0.0.1:\(servicePort)")
        }
        let upstreams = Upstreams(addresses, http: upstream)
        let tenancy = ServiceClient(
            http: upstream, endpoint: HTTPEndpoint(host: "127.0.0.1", port: tenancyPort), callee: .tenancy,
            tokens: tokens)
        let base = try #require(WebAddress(Self.issuer))
        let door = FrontDoor(
            hosts: try #require(HostNames(base: base)), state: state, people: people,
            keys: KeyExchange(client: tenancy, state: state, loop: loop),
            forwarder: Forwarder(upstreams: upstreams, tokens: tokens, patience: patience),
            documents: APIDocuments(upstreams: upstreams, tokens: tokens, loop: loop),
            transport: TransportRules(isTrusted: nil, port: 0, baseURL: base, challenges: nil),
            limits: .withoutDatabase(on: loop, log.logger()),
            edge: Edge(
                proxies: edge.proxies, state: state, sites: edge.sites,
                compression: AnswerCompression(pool: EdgeUnderTest.compressors)),
            loop: loop, logger: log.logger(service: "gateway"), metrics: metrics)
        door.usage = usage
        self.door = door
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        var listening = HTTPServerConfiguration()
        listening.proxyHeaderPeers = edge.proxyHeaderPeers
        // When the server drains, tunnels are told at once.
        listening.tunnelGrace = .milliseconds(1)
        endpoint = HTTPEndpoint(host: "127.0.0.1", port: socket.port)
        server = HTTPServer(
            loop: loop, socket: socket, configuration: listening, logger: log.logger(), metrics: Metrics()
        ) { request in
            await door.answer(request)
        }
        try server.start()
    }

    /// The Authorization field of somebody of a tenant.
    func bearer(_ role: Role, in tenant: TenantID? = nil, session: SessionID = .make()) throws -> String {
        let claims = TokenClaims.user(
            .make(), in: tenant ?? self.tenant, role: role, session: session, version: 1, issuer: Self.issuer,
            now: .now())
        return "Bearer \(try signer.sign(claims))"
    }

    /// Tells the door, as the feed would, that somebody signed out.
    func revoke(_ session: SessionID) {
        learn(.revokedSession(session, .init(tenantID: tenant, expiresAt: .now() + .seconds(900))))
    }

    /// Tells the door that some key was revoked.
    func revokeSomeKey() {
        learn(.revokedAPIKey(.make(), .init(tenantID: tenant, expiresAt: .now() + .seconds(60))))
    }

    /// Tells the door of a tenant that it did not know.
    func learnTenant(_ subdomain: String, id: TenantID = .make()) throws {
        let value = ChangeFeedAPI.TenantValue(
            subdomain: subdomain, status: .active, timeZone: try TimeZoneName(jsonText: "UTC"), country: "US")
        learn(.tenant(id, value))
    }

    /// Tells the door that a tenant was found by another name before.
    func learnFormerName(_ name: String, of tenant: TenantID, until: Timestamp) {
        learn(.formerSubdomain(name, .init(tenantID: tenant, expiresAt: until)))
    }

    /// Tells the door whose a domain is, or that it is nobody's.
    func learnDomain(_ name: String, of tenant: TenantID?) { learn(.domain(name, tenant)) }

    /// Tells the door what `acme` may use.
    func learn(plan: Entitlements) { learn(.entitlements(tenant, plan)) }

    /// Tells the door from which web sites the tenant's visitors come.
    func allow(_ origins: [String]) { learn(.origins(tenant, origins)) }

    /// Tells the door that the tenant is suspended.
    func suspend() throws {
        learn(
            .tenant(
                tenant,
                .init(
                    subdomain: "acme", status: .suspended, timeZone: try TimeZoneName(jsonText: "UTC"), country: "US")))
    }

    private func learn(_ change: FeedChange) { state.apply([change], sequence: state.sequence + 1) }

    /// The token that a key is exchanged for.
    func keyToken() throws -> String {
        try signer.sign(
            .apiKey(.make(), in: tenant, scopes: [], mode: .live, issuer: Self.issuer, now: .now()))
    }

    func send(
        _ method: HTTPMethod = .get, _ target: String = "/api/v1/calls", host: String = "acme.localhost:8080",
        _ headers: HTTPHeaders = [:], body: HTTPClientRequest.Body = .empty
    ) async throws -> HTTPClientResponse {
        var headers = headers
        headers.set("Host", host)
        return try await client.send(
            HTTPClientRequest(method: method, target: target, headers: headers, body: body), to: endpoint,
            deadline: .seconds(30))
    }

    /// The problem document of an answer, with the checks that hold for each.
    func problem(_ response: HTTPClientResponse) async throws -> Problem {
        #expect(response.headers["content-type"] == "application/problem+json")
        #expect(response.headers["x-request-id"]?.isEmpty == false)
        let problem = try JSON.decode(Problem.self, from: try await response.body.collect(upTo: 65_536))
        #expect(problem.status == response.status)
        return problem
    }

    // Running.

    /// Runs a test with a door before a service that is scripted by a handler.
    static func with(
        patience: Duration? = nil, isCurrent: Bool = true, edge: EdgeUnderTest = EdgeUnderTest(),
        service: @escaping HTTPHandler = { _ in HTTPResponse(status: 200) },
        tenancy: @escaping HTTPHandler = { _ in HTTPResponse(status: 404) },
        _ body: @escaping @Sendable (DoorUnderTest) async throws -> Void
    ) async throws {
        try await withLoop { loop in
            let service = try serve(on: loop, service)
            try await run(
                loop, port: service.port, tenancy: tenancy, patience: patience, configuration: .init(),
                isCurrent: isCurrent, edge: edge, body)
            await service.server.drain(within: .zero)
        }
    }

    /// Runs a test with a door before a port where anything may happen, or nothing.
    static func with(
        port: Int, on loop: EventLoop, patience: Duration? = nil,
        configuration: HTTPClientConfiguration = .init(),
        _ body: @escaping @Sendable (DoorUnderTest) async throws -> Void
    ) async throws {
        try await run(
            loop, port: port, tenancy: { _ in HTTPResponse(status: 404) }, patience: patience,
            configuration: configuration,
            body)
    }

    private static func run(
        _ loop: EventLoop, port: Int, tenancy: @escaping HTTPHandler, patience: Duration?,
        configuration: HTTPClientConfiguration, isCurrent: Bool = true, edge: EdgeUnderTest = EdgeUnderTest(),
        _ body: (DoorUnderTest) async throws -> Void
    ) async throws {
        let tenancy = try serve(on: loop, tenancy)
        let door = try DoorUnderTest(
            loop, servicePort: port, tenancyPort: tenancy.port, patience: patience, configuration: configuration,
            isCurrent: isCurrent, edge: edge)
        let result: Result<Void, any Error>
        do { result = .success(try await body(door)) } catch { result = .failure(error) }
        door.client.close()
        await door.server.drain(within: .zero)
        door.upstream.close()
        await tenancy.server.drain(within: .zero)
        try result.get()
    }

    private static func serve(
        on loop: EventLoop, _ handler: @escaping HTTPHandler
    ) throws -> (server: HTTPServer, port: Int) {
        let socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        let server = HTTPServer(
            loop: loop, socket: socket, logger: LogCapture().logger(), metrics: Metrics(), handler: handler)
        try server.start()
        return (server, socket.port)
    }
}

/// What stands in front of the door under test, and the files that it serves.
struct EdgeUnderTest: Sendable {
    static let compressors = WorkerPool(name: "compression", threads: 2, queueLimit: 256)

    var proxies = TrustedProxies(blocks: [], field: .forwardedFor)
    var sites = StaticSites(console: nil, widget: nil, logger: Logger(service: "test", level: .error))
    var proxyHeaderPeers: (@Sendable (SocketAddress) -> Bool)?
}
