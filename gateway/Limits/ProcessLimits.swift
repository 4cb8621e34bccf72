import FoundationEssentials
import HTTP

/// What the limits of all loops of a process have in common.
struct ProcessLimits: Sendable {
    /// Tells this process from the other gateways.
    let id = UUID()
    let addresses: AddressLimits

    let connections: ConnectionLimit

    init(_ configuration: LimitConfiguration) {
        addresses = AddressLimits(configuration.addresses)
        connections = ConnectionLimit(configuration.connections, perAddress: configuration.connectionsPerAddress)
    }
}
