import ServiceKit

/// The limits that do not come from tenants' plans.
struct LimitConfiguration: Sendable {
    /// How often one client address may ask for what needs no sign-in.
    let addresses: AddressLimits.Rates
    /// Connections of the process, and of one client address that is not this machine's.
    let connections: Int
    let connectionsPerAddress: Int

    init(_ environment: inout Environment) {
        var rates = AddressLimits.Rates()
        let signIn = environment.integer(
            "ADDRESS_SIGN_INS", "sign-ins a second from one client address; ten times as many at once",
            default: Int(rates.signIn.rate), in: 1...10_000)
        let anonymous = environment.integer(
            "ADDRESS_REQUESTS",
            "requests a second without a credential from one client address; four times as many at once",
            default: Int(rates.anonymous.rate), in: 1...100_000)
        rates.signIn = RateAllowance(rate: Double(signIn), burst: Double(10 * signIn))
        rates.anonymous = RateAllowance(rate: Double(anonymous), burst: Double(4 * anonymous))
        rates.hook = RateAllowance(rate: Double(3 * anonymous), burst: Double(9 * anonymous))
        rates.failure = RateAllowance(rate: Double(anonymous) / 2, burst: Double(10 * anonymous))
        addresses = rates
        connections = environment.integer(
            "CONNECTIONS", "client connections of the process", default: 20_000, in: 1...1_000_000)
        connectionsPerAddress = environment.integer(
            "ADDRESS_CONNECTIONS", "connections from one client address", default: 500, in: 1...1_000_000)
    }
}
