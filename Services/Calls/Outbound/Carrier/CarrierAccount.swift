import Models
import Telemetry

/// What a connection says of a carrier's account.
struct CarrierAccount: Sendable {
    var connection: ConnectionID
    var provider: CarrierProvider
    /// Where the API is; for SignalWire the tenant's space.
    var apiURL: String
    /// Twilio's account SID, SignalWire's project id.
    var accountID: String
    /// The auth token or API token.
    var secret: Secret<String>
    /// A Twilio API key that signs browsers' tokens; its application answers calls out of browsers.
    var signingKey: (id: String, secret: Secret<String>)?
    var applicationID: String?
}
