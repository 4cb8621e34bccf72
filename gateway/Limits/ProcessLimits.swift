import FoundationEssentials

/// What the limits of all loops of a process have in common.
struct ProcessLimits: Sendable {
    /// Tells this process from the other gateways.
    let id = UUID()
    let addresses: AddressLimits

    init(_ configuration: LimitConfiguration) { addresses = AddressLimits(configuration.addresses) }
}
