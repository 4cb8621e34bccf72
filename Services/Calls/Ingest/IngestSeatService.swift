import Clients
import HTTPClient
import IO
import Models
import ServiceKit
import Suite

/// What one loop has for phone systems: their connections, their adapters, and the way to them.
///
/// Confined to its loop.
struct IngestSeat: Sendable {
    let connections: ConnectionClient
    let agents: AgentResolver
    let providers: CallProviders
    /// Reaches public addresses, and private ones that the operator lists.
    let client: OutboundHTTPClient

    /// The seat of a loop of the service.
    static func make(_ seat: ServiceSeat<CallsConfiguration>, _ member: SuiteMember) throws -> IngestSeat {
        let tenancy = member.client(for: .tenancy)
        let connections = ConnectionClient { id, tenant in
            try await tenancy.get(
                "/internal/connections/\(id)", as: InternalAPI.Connection.self, scope: .init(tenant: tenant))
        }
        member.state.observe { change in
            switch change {
            case .connection(let id): connections.drop(id)
            case .replaced: connections.dropAll()
            default: break
            }
        }
        let agents = AgentResolver { tenant in
            try await tenancy.get("/internal/users", as: InternalAPI.People.self, scope: .init(tenant: tenant)).people
        }
        let client = try OutboundHTTPClient(
            loop: seat.loop,
            guard: AddressGuard(
                setting: ProvidersConfiguration.addressesName,
                exceptions: seat.configuration.providers.allowedAddresses,
                ownPorts: seat.configuration.process.ownPorts))
        return IngestSeat(connections: connections, agents: agents, providers: .all, client: client)
    }
}

/// How phone systems are reached.
struct ProvidersConfiguration: Sendable {
    static let addressesName = "ALLOW_ADDRESSES_PBX"

    /// Addresses that are not public and may be asked all the same.
    let allowedAddresses: [AddressGuard.Exception]

    init(_ environment: inout Environment) {
        let listed = environment.list(
            Self.addressesName, "host:port or CIDR of phone systems on private addresses", example: "10.0.0.9:8443")
        allowedAddresses = listed.compactMap(AddressGuard.Exception.init)
        if allowedAddresses.count < listed.count {
            environment.fault(Self.addressesName, "takes host:port and CIDR blocks", example: "10.0.0.9:8443")
        }
    }
}
