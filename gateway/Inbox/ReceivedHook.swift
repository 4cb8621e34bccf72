import FoundationEssentials
import Models

/// A hook as it goes into the inbox.
struct ReceivedHook: Sendable {
    /// The request's, so that one id leads from the provider's answer to the service's log.
    let id: HookID
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
        guard path.segments.count >= 4, Self.isProvider(path.segments[2]),
            let id = UUID(uuidString: String(path.segments[3]))
        else { return nil }
        self.service = service
        provider = path.segments[2]
        connection = ConnectionID(id)
        rest = path.segments[4...]
    }

    /// A word as providers are named here; what could be refused by the table is refused before.
    private static func isProvider(_ word: Substring) -> Bool {
        1...40 ~= word.utf8.count && word.utf8.allSatisfy { 97...122 ~= $0 || 48...57 ~= $0 || $0 == 45 }
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
