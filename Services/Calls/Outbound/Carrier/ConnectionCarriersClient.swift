import HTTPClient
import Models
import Telemetry

/// Makes carriers of tenants' connections, on one loop.
struct ConnectionCarriers: CarrierDirectory {
    let client: OutboundHTTPClient
    /// Where Twilio's API is.
    let twilioURL: String
    /// A connection with what opens it; nil when there is none.
    let read: @Sendable (ConnectionID, TenantID) async throws -> InternalAPI.Connection?

    func carrier(_ connection: ConnectionID, in tenant: TenantID) async throws -> any Carrier {
        guard let found = try await read(connection, tenant), found.isEnabled else {
            throw CarrierError.unknownConnection
        }
        let link = CarrierConnection(client: client, account: try CarrierAccount(found, twilioURL: twilioURL))
        return switch link.account.provider {
        case .twilio: TwilioCarrier(link: link)
        case .signalwire: SignalWireCarrier(link: link)
        }
    }
}

extension CarrierAccount {
    /// Reads a connection's fields; throws for a provider that places no calls, and for what lacks a field.
    init(_ connection: InternalAPI.Connection, twilioURL: String) throws(CarrierError) {
        guard let provider = CarrierProvider(rawValue: connection.provider) else { throw .unknownConnection }
        func field(_ name: String) throws(CarrierError) -> String {
            guard let value = connection.settings[name] ?? connection.credentials[name], !value.isEmpty else {
                throw .incompleteConnection
            }
            return value
        }
        switch provider {
        case .twilio:
            self.init(
                connection: connection.id, provider: provider, apiURL: twilioURL, accountID: try field("account_sid"),
                secret: Secret(try field("auth_token")))
            if let id = connection.settings["api_key_sid"], let secret = connection.credentials["api_key_secret"] {
                signingKey = (id: id, secret: Secret(secret))
            }
            applicationID = connection.settings["application_sid"]
        case .signalwire:
            var space = try field("space")
            while space.hasSuffix("/") { space.removeLast() }
            self.init(
                connection: connection.id, provider: provider, apiURL: space, accountID: try field("project_id"),
                secret: Secret(try field("api_token")))
        }
        // Both stand in paths of requests.
        guard accountID.utf8.allSatisfy({ $0 != 0x2F && $0 != 0x3F && $0 != 0x23 && $0 > 0x20 && $0 < 0x7F }) else {
            throw .incompleteConnection
        }
    }
}
