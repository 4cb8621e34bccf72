import FoundationEssentials
import HTTP
import IO

/// What the limits of all loops of a process have in common.
struct ProcessLimits: Sendable {
    /// Tells this process from the other gateways.
    let id = UUID()
    let addresses: AddressLimits

    let connections: ConnectionLimit

    /// `proxies` stand for many clients each.
    init(_ configuration: LimitConfiguration, proxies: TrustedProxies) {
        addresses = AddressLimits(configuration.addresses)
        connections = ConnectionLimit(
            configuration.connections, perAddress: configuration.connectionsPerAddress,
            isExempt: { $0.isLoopback || proxies.contains($0) })
    }
}
