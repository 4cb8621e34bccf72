import FoundationEssentials
package import HTTP
package import Models

/// A hook of a provider as it was sent: the gateway vouches for where it came to, the service verifies who sent it.
///
/// The path's `{id}` is the connection; query parameters are the provider's and none is unknown.
package struct ProviderHook: RequestPart {
    /// The same at each delivery out of the gateway's inbox; nil for a hook whose answer the provider waits for.
    package let id: HookID?
    package let connection: ConnectionID
    package let method: HTTPMethod
    /// As the provider sent it, not decoded.
    package let target: String
    package let headers: HTTPHeaders
    package let body: [UInt8]
    /// What providers sign: the public address, with the target.
    package let url: String
    /// When the gateway took it in: what a signature's age is measured against.
    package let receivedAt: Timestamp

    /// A hook that did not come over HTTP, such as one that a test button makes up.
    package init(
        id: HookID?, connection: ConnectionID, method: HTTPMethod, target: String, headers: HTTPHeaders, body: [UInt8],
        url: String, receivedAt: Timestamp
    ) {
        self.id = id
        self.connection = connection
        self.method = method
        self.target = target
        self.headers = headers
        self.body = body
        self.url = url
        self.receivedAt = receivedAt
    }

    package static func read(_ incoming: IncomingRequest) async throws -> ProviderHook {
        let request = incoming.request
        for name in incoming.query.names { incoming.ask(for: name) }
        guard let connection = incoming.pathValues["id"].flatMap({ UUID(uuidString: $0) }) else {
            throw Failure(.notFound)
        }
        let scheme = request.headers["X-Switchboard-Scheme"] ?? "http"
        let host = request.headers["X-Switchboard-Host"] ?? ""
        let received = request.headers["X-Switchboard-Hook-Received-At"]
        return ProviderHook(
            id: try request.headers["X-Switchboard-Hook-Id"].map { try Self.identifier($0) },
            connection: ConnectionID(connection), method: request.method, target: request.target,
            headers: request.headers, body: try await incoming.bytes(), url: "\(scheme)://\(host)\(request.target)",
            receivedAt: try received.map { try Self.instant($0) } ?? .now())
    }

    package static func describe(_ operation: inout OperationDescription) { operation.body = .raw }

    private static func identifier(_ text: String) throws(Failure) -> HookID {
        do { return try HookID(jsonText: text) } catch { throw Failure(.badRequest, "The hook's id is none.") }
    }

    private static func instant(_ text: String) throws(Failure) -> Timestamp {
        do { return try Timestamp(jsonText: text) } catch { throw Failure(.badRequest, "The hook's time is none.") }
    }
}
