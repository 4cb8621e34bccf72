import FoundationEssentials
import Models

/// A hook as it goes into the inbox.
struct ReceivedHook: Sendable {
    let id = HookID.make()
    let receivedAt = Timestamp.now()
    let tenant: TenantID
    let address: HookAddress
    let content: HookContent
    let identity: HookIdentity

    var size: Int { content.headers.count + content.body.count + content.target.utf8.count }
}

/// Where a hook goes: `/hooks/<service>/<provider>/<connection id>` and what follows.
struct HookAddress: Sendable {
    let service: ServiceName
    let provider: Substring
    let connection: ConnectionID
    /// The segments behind the connection's.
    let rest: ArraySlice<Substring>

    /// Nil for a path that leads to no connection.
    init?(_ path: NormalisedPath, service: ServiceName) {
        guard path.segments.count >= 4, 1...40 ~= path.segments[2].count,
            let id = UUID(uuidString: String(path.segments[3]))
        else { return nil }
        self.service = service
        provider = path.segments[2]
        connection = ConnectionID(id)
        rest = path.segments[4...]
    }
}

/// What a hook says, as its service will verify it.
struct HookContent: Sendable {
    let method: String
    /// As it came, not decoded.
    let target: String
    /// As the provider knows them: what it signed.
    let scheme: String
    let host: String
    let clientAddress: String
    /// `HTTPHeaders.lines` of what may be passed on.
    let headers: [UInt8]
    let body: [UInt8]
}
