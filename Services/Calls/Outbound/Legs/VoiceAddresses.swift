import Models

/// The public addresses that a carrier is given for one connection.
struct VoiceAddresses: Sendable, Equatable {
    /// Scheme and host of the tenant, such as `https://acme.example.com`.
    let base: String
    let provider: CarrierProvider
    let connection: ConnectionID

    private var hooks: String { "\(base)/hooks/calls/\(provider.rawValue)/\(connection)" }

    /// Where the carrier asks what to do with an end; `step` says where in its course the end is.
    func voice(_ participant: ParticipantID, step: VoiceStep? = nil, at index: Int? = nil) -> String {
        var url = "\(hooks)/voice?leg=\(participant)"
        if let step { url += "&step=\(step.rawValue)" }
        if let index { url += "&at=\(index)" }
        return url
    }

    /// Where the carrier tells how an end goes.
    func status(_ participant: ParticipantID) -> String { "\(hooks)/leg?leg=\(participant)" }

    /// Where the carrier tells of recordings.
    var recording: String { "\(hooks)/recording" }
}

/// Where in its course an end is when the carrier asks.
enum VoiceStep: String, Sendable, CaseIterable {
    /// The agent has pressed a key.
    case accepted
    /// The callee was asked whether the call may be recorded, and has pressed a key.
    case consented
    /// The callee was asked, and has not.
    case refused
    /// All that had to be said was said.
    case join
    /// The bridge is over, or nobody took the call.
    case dialled
    /// The caller has spoken to the machine.
    case voicemail
}

/// Where tenants are reached from outside.
struct TenantAddresses: Sendable {
    let scheme: String
    /// The base domain with its port, as the configuration has it.
    let authority: String
    let knowledge: any TenantKnowledge

    /// Nil for a tenant that the change feed does not know.
    func addresses(of tenant: TenantID, _ provider: CarrierProvider, _ connection: ConnectionID) -> VoiceAddresses? {
        knowledge.tenant(tenant).map {
            VoiceAddresses(
                base: "\(scheme)://\($0.subdomain).\(authority)", provider: provider, connection: connection)
        }
    }
}
