import Clients
import HTTPClient
import Models
import Postgres
import ServiceKit
import Suite
import Web

/// The front door: finds the tenant, checks the credential, cleans the headers and passes the request on.
enum GatewayService: ServiceProgram {
    typealias Configuration = GatewayConfiguration

    static let name = ServiceName.gateway
    static var migrations: [Migration] { GatewayMigrations.all }
    static let commands: [ServiceCommand<GatewayConfiguration>] = [.seated("inbox", InboxCommand.run)]

    /// What the loops have in common.
    struct Shared: Sendable {
        let membership: SuiteMembership
        let board = UpstreamBoard()
        /// Nil without certificates.
        let transport: SecureTransport?
        let limits: ProcessLimits
        let front: EdgeShare
    }

    static func prepare(_ seat: ServiceSeat<GatewayConfiguration>) async throws -> Shared {
        Shared(
            membership: try SuiteMembership(seat), transport: try await SecureTransport.open(seat),
            limits: ProcessLimits(seat.configuration.limits, proxies: seat.configuration.edge.proxies),
            front: await EdgeShare(seat))
    }

    static func assemble(_ seat: ServiceSeat<GatewayConfiguration>, _ shared: Shared) async throws -> ServiceParts {
        let membership = shared.membership
        let member = try await membership.member(on: seat)
        var bounds = HTTPClientConfiguration()
        bounds.maximumConnections = seat.configuration.upstreamConnections
        let upstreams = Upstreams(
            seat.configuration.upstreams, http: InternalHTTPClient(loop: seat.loop, configuration: bounds),
            logger: seat.logger)
        let health = UpstreamHealth(
            upstreams: upstreams, board: shared.board, index: seat.index, loop: seat.loop, logger: seat.logger)
        guard let hosts = HostNames(base: seat.configuration.process.baseURL) else { throw GatewayError.badBaseURL }
        let keys = KeyExchange(client: member.client(for: .tenancy), state: member.state, loop: seat.loop)
        let forwarder = Forwarder(
            upstreams: upstreams, tokens: member.tokens, streamIdle: seat.configuration.tunnelIdle)
        let documents = APIDocuments(upstreams: upstreams, tokens: member.tokens, loop: seat.loop)
        let limits = DoorLimits(seat, shared.limits)
        let door = FrontDoor(
            hosts: hosts, state: member.state, people: member.people, keys: keys, forwarder: forwarder,
            documents: documents, transport: TransportRules(seat, shared.transport), limits: limits,
            edge: shared.front.edge(seat, member.state), loop: seat.loop,
            logger: seat.logger, metrics: seat.metrics)
        let usage = UsageService(
            tally: UsageTally(), store: UsageStore(database: seat.database), billing: member.client(for: .billing),
            loop: seat.loop, logger: seat.logger)
        door.usage = usage.tally
        door.health = PlatformHealth(board: shared.board, state: member.state)
        let inbox = InboxService(seat, upstreams: upstreams, tokens: member.tokens)
        door.hooks = HookDoor(seat, inbox.store, forwarder)
        var running: [@Sendable () async -> Void] = [
            { await health.run() }, { await limits.run() }, { await usage.run() },
        ]
        if seat.index == 0 {
            running.append { await membership.run() }
            running.append { await inbox.run() }
            running.append { await usage.handOver() }
            let erasures = ErasureService(
                store: ErasureStore(database: seat.database), state: member.state,
                tenancy: member.client(for: .tenancy), loop: seat.loop, logger: seat.logger)
            running.append { await erasures.run() }
            running.append { await limits.tidy() }
            if let transport = shared.transport {
                running.append { await transport.watch(seat) }
                let domains = DomainCertificates(
                    certificates: transport.certificates, state: member.state, tenancy: member.client(for: .tenancy),
                    loop: seat.loop, logger: seat.logger)
                running.append { await domains.run() }
            }
            running.append { await shared.front.sites.run(on: seat.loop) }
        }
        let trust = Trust(
            service: name, people: member.people, services: member.services, knowledge: member.knowledge)
        let inner = WebApplication(
            seat, routes: InboxExportRoutes(database: seat.database).table, trust: trust, listener: .internal)
        var parts = ServiceParts(
            service: { request in await door.answer(request) }, secure: shared.transport?.listener(),
            proxyHeaderPeers: seat.configuration.edge.proxyHeaderPeers, internal: inner.handler,
            isReady: { member.state.isLoaded && health.haveAllBeenReady },
            status: [
                ("upstreams", { shared.board.document }), FeedStatus.section(of: member.state),
                ("inbox", { inbox.status }), ("certificates", { SecureTransport.status(shared.transport) }),
                ("limits", { limits.status }),
            ],
            running: running, closing: [{ await limits.close() }])
        parts.mayBegin = { member.state.isCurrent && health.haveAllBeenReady }
        parts.tunnelIdle = seat.configuration.tunnelIdle
        parts.connections = shared.limits.connections
        return parts
    }
}

/// Why the gateway cannot start.
enum GatewayError: Error, CustomStringConvertible {
    case badBaseURL

    var description: String { "BASE_URL has no host" }
}
