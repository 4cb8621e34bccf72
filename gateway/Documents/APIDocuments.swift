import Clients
import HTTP
import HTTPClient
import IO
import JSON
import Models

/// The whole API's description, put together from the services' parts, and a page that shows it.
///
/// Confined to its loop.
final class APIDocuments: @unchecked Sendable {
    /// Services change their part only when they are replaced.
    private static let life: UInt64 = 30_000
    private static let largestPart = 8 << 20

    private let upstreams: Upstreams
    private let tokens: any ServiceTokenSource
    private let loop: EventLoop
    private var document: (bytes: [UInt8], until: UInt64)?
    private var asking: Task<Result<[UInt8], any Error>, Never>?

    init(upstreams: Upstreams, tokens: any ServiceTokenSource, loop: EventLoop) {
        self.upstreams = upstreams
        self.tokens = tokens
        self.loop = loop
    }

    /// Nil for every other path.
    func answer(_ path: NormalisedPath, _ request: HTTPRequest) async throws -> HTTPResponse? {
        let segments = path.segments
        guard segments.count == 2, segments[0] == "api" else { return nil }
        switch segments[1] {
        case "openapi.json":
            try Self.checkMethod(request.method)
            return Self.page("application/json", try await whole())
        case "docs":
            try Self.checkMethod(request.method)
            return Self.page("text/html; charset=utf-8", DocumentationPage.bytes)
        default: return nil
        }
    }

    private static func checkMethod(_ method: HTTPMethod) throws(Failure) {
        guard method == .get || method == .head else {
            throw Failure(.methodNotAllowed, headers: [("Allow", "GET, HEAD")])
        }
    }

    private static func page(_ type: String, _ bytes: [UInt8]) -> HTTPResponse {
        HTTPResponse(
            status: 200,
            headers: [
                "Content-Type": type, "Cache-Control": "public, max-age=60", "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": DocumentationPage.policy,
            ],
            body: .bytes(bytes))
    }

    /// However many ask at once, the services are asked once.
    private func whole() async throws -> [UInt8] {
        if let document, document.until > loop.now { return document.bytes }
        if let asking { return try await asking.value.get() }
        let asked = loop.spawn { () async -> Result<[UInt8], any Error> in
            do { return .success(try await self.ask()) } catch { return .failure(error) }
        }
        asking = asked
        defer { asking = nil }
        return try await asked.value.get()
    }

    private func ask() async throws -> [UInt8] {
        var parts: [JSONValue] = []
        for service in ServiceName.services {
            if let part = try await part(of: service) { parts.append(part) }
        }
        let bytes = try JSON.encode(OpenAPIMerge.merged(parts))
        document = (bytes, loop.now + Self.life)
        return bytes
    }

    /// Nil for a service that has no routes yet.
    private func part(of service: ServiceName) async throws -> JSONValue? {
        let answer = try await upstreams.send(
            HTTPClientRequest(
                method: .get, target: "/api/openapi.json",
                headers: [
                    "Host": "localhost", "X-Switchboard-Gateway": try await tokens.token(for: service),
                    "X-Switchboard-Tenant": TenantID.platform.jsonText,
                ]),
            to: service, deadline: .seconds(10))
        let bytes = try await answer.response.body.collect(upTo: Self.largestPart)
        guard answer.response.status == 200, !bytes.isEmpty else { return nil }
        return try JSON.decode(JSONValue.self, from: bytes)
    }
}
