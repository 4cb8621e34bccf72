import Models
import ServiceKit
import Web

/// How one loop reaches carriers, and by what it believes those who say that they are one.
struct CarrierAccess: Sendable {
    var carriers: any CarrierDirectory
    var check: VoiceHookCheck
    var addresses: TenantAddresses

    /// For the document of the API, which is made of the routes' types alone.
    static let nowhere = CarrierAccess(
        carriers: NoCarriers(), check: { _, _, _ in throw Failure(.notFound) },
        addresses: TenantAddresses(scheme: "http", authority: "", knowledge: NoKnowledge()))
}

extension CarrierAccess {
    /// By the connections that tenants have.
    init(_ seat: ServiceSeat<CallsConfiguration>, _ ingest: IngestSeat, knowledge: any TenantKnowledge) {
        let base = seat.configuration.process.baseURL
        let connections = ingest.connections
        let carriers = ConnectionCarriers(
            client: ingest.client, twilioURL: TwilioProvider.standardAddress
        ) { id, tenant in
            do { return try await connections.connection(id, in: tenant) } catch let failure as Failure
                where failure.code == .notFound
            { return nil }
        }
        self.init(
            carriers: carriers,
            check: { hook, provider, tenant in
                let connection = try await connections.connection(hook.connection, in: tenant)
                guard connection.provider == provider.rawValue, connection.isEnabled,
                    let adapter = ingest.providers[provider.rawValue]
                else { throw Failure(.notFound) }
                try adapter.verify(hook, connection)
            },
            addresses: TenantAddresses(scheme: base.scheme, authority: base.authority, knowledge: knowledge))
    }
}

/// No tenant has a connection here.
private struct NoCarriers: CarrierDirectory {
    func carrier(_ connection: ConnectionID, in tenant: TenantID) async throws -> any Carrier {
        throw CarrierError.unknownConnection
    }
}

/// No tenant is known here.
private struct NoKnowledge: TenantKnowledge {
    func tenant(_ id: TenantID) -> ChangeFeedAPI.TenantValue? { nil }
    func settings(of id: TenantID) -> ChangeFeedAPI.SettingsValue? { nil }
    func entitlements(of id: TenantID) -> Entitlements? { nil }
    var age: Duration { .zero }
}

/// What placing and steering calls stands on, on one loop.
struct OutboundParts: Sendable {
    let carriers: any CarrierDirectory
    let gate: ContactGate
    let addresses: TenantAddresses
    let check: VoiceHookCheck

    init(_ access: CarrierAccess, _ gate: ContactGate) {
        (carriers, addresses, check) = (access.carriers, access.addresses, access.check)
        self.gate = gate
    }
}
