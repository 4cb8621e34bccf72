import Auth
import Crypto
import FoundationEssentials
import HTTP
import IO
import JSON
import Models
import Telemetry
import Testing

@testable import Tenancy

/// An identity provider on loopback that checks what it is sent by the specification, and lies as a test tells it to.
///
/// Confined to the test's loop.
final class FakeProvider: @unchecked Sendable {
    struct Key {
        var id: String?
        var key: Ed25519PrivateKey
    }

    static let clientID = "switchboard & co"
    static let secret = "p:ss w0rd/+ü"

    private(set) var published: [Key]
    var signer: Key
    /// Members of the token in place of the true ones; null takes one out.
    var claims: [String: JSONValue] = [:]
    var header: [JSONValue.Member] = []
    /// Does anything to a token that is ready.
    var spoil: (String) -> String = { $0 }
    var discovery: [String: JSONValue] = [:]
    /// What the user info says; nil for a provider that fails there.
    var userInfo: JSONValue?
    private(set) var userInfoRequests = 0
    private(set) var keyRequests = 0
    private var codes: [String: [String: String]] = [:]
    private var server: HTTPServer?
    private let socket: ListeningSocket

    var issuer: String { "http://127.0.0.1:\(socket.port)" }

    init(_ loop: EventLoop) throws {
        socket = try ListeningSocket.bind(host: "127.0.0.1", port: 0)
        signer = Key(id: "one", key: try .make())
        published = [signer]
        let server = HTTPServer(
            loop: loop, socket: socket, logger: Logger(service: "provider", level: .error), metrics: Metrics()
        ) { [unowned self] request in await answer(request) }
        try server.start()
        self.server = server
    }

    func stop() async { await server?.drain(within: .seconds(1)) }

    func publish(_ keys: [Key]) { published = keys }

    /// The person signs in at the page that the browser was led to; the query that leads back.
    func authorize(_ url: String) throws -> String {
        let components = try #require(URLComponents(string: url))
        var asked: [String: String] = [:]
        for item in components.queryItems ?? [] { asked[item.name] = item.value }
        #expect(url.hasPrefix("\(issuer)/authorize?"))
        #expect(asked["response_type"] == "code" && asked["client_id"] == Self.clientID)
        #expect(asked["scope"] == "openid email profile" && asked["code_challenge_method"] == "S256")
        let state = try #require(asked["state"])
        #expect(try #require(asked["nonce"]) != state)
        let code = "code-\(codes.count)"
        codes[code] = asked
        return "code=\(code)&state=\(state)&session_state=of%20theirs"
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        do {
            switch (request.method, request.path) {
            case (.get, "/.well-known/openid-configuration"): return try Self.json(200, .object(document))
            case (.get, "/keys"):
                keyRequests += 1
                return try Self.json(200, ["keys": .array(published.map(Self.jwk))])
            case (.post, "/token"): return try token(try await request.body.collect(upTo: 10_000), request.headers)
            case (.get, "/userinfo"):
                userInfoRequests += 1
                guard request.headers["authorization"] == "Bearer x" else { return HTTPResponse(status: 401) }
                return try userInfo.map { try Self.json(200, $0) } ?? HTTPResponse(status: 500)
            default: return HTTPResponse(status: 404)
            }
        } catch {
            Issue.record(error)
            return HTTPResponse(status: 500)
        }
    }

    private var document: [JSONValue.Member] {
        var members: [String: JSONValue] = [
            "issuer": .string(issuer), "authorization_endpoint": .string("\(issuer)/authorize"),
            "token_endpoint": .string("\(issuer)/token"), "jwks_uri": .string("\(issuer)/keys"),
            "code_challenge_methods_supported": ["plain", "S256"],
        ]
        members.merge(discovery) { $1 }
        return members.map { .init($0.key, $0.value) }
    }

    private func token(_ body: [UInt8], _ headers: HTTPHeaders) throws -> HTTPResponse {
        var form: [String: String] = [:]
        let text = String(decoding: body, as: UTF8.self)
        for item in URLComponents(string: "/?\(text)")?.queryItems ?? [] { form[item.name] = item.value }
        let pair = [Self.clientID, Self.secret].map { PercentCode.encode($0) }.joined(separator: ":")
        guard headers["authorization"] == "Basic \(Base64.standard.encode(Array(pair.utf8)))" else {
            return try Self.json(401, ["error": "invalid_client"])
        }
        guard form["grant_type"] == "authorization_code", let code = form["code"],
            let asked = codes.removeValue(forKey: code), asked["redirect_uri"] == form["redirect_uri"],
            // What travels through the browser's address bar proves nothing.
            let verifier = form["code_verifier"], verifier != asked["nonce"], verifier != asked["state"],
            (43...128).contains(verifier.utf8.count),
            Base64.url.encode(SHA256.digest(verifier)) == asked["code_challenge"]
        else { return try Self.json(400, ["error": "invalid_grant"]) }
        return try Self.json(
            200, ["access_token": "x", "token_type": "Bearer", "id_token": .string(try sign(nonce: asked["nonce"]))])
    }

    private func sign(nonce: String?) throws -> String {
        let now = Timestamp.now().seconds
        var members: [String: JSONValue] = [
            "iss": .string(issuer), "aud": .string(Self.clientID), "sub": "subject-1", "iat": .int(now),
            "exp": .int(now + 300), "nonce": nonce.map { .string($0) } ?? .null, "email": "ada@acme.example",
            "email_verified": true, "name": "Ada Lovelace", "auth_time": .int(now),
        ]
        members.merge(claims) { $1 }
        let payload = JSONValue.object(members.filter { $0.value != .null }.map { .init($0.key, $0.value) })
        return spoil(try Self.token(payload, signer, header))
    }

    static func token(_ payload: JSONValue, _ signer: Key, _ header: [JSONValue.Member] = []) throws -> String {
        var members: [JSONValue.Member] =
            [.init("alg", "EdDSA")] + (signer.id.map { [.init("kid", .string($0))] } ?? [])
        for member in header {
            members.removeAll { $0.name == member.name }
            members.append(member)
        }
        let parts = try [JSONValue.object(members), payload].map { Base64.url.encode(try JSON.encode($0)) }
        let signed = parts.joined(separator: ".")
        return "\(signed).\(Base64.url.encode(try signer.key.sign(Array(signed.utf8))))"
    }

    static func jwk(_ key: Key) -> JSONValue {
        .object(
            [
                .init("kty", "OKP"), .init("crv", "Ed25519"), .init("use", "sig"), .init("alg", "EdDSA"),
                .init("x", .string(Base64.url.encode(key.key.publicKey.raw))),
            ] + (key.id.map { [.init("kid", .string($0))] } ?? []))
    }

    private static func json(_ status: Int, _ value: JSONValue) throws -> HTTPResponse {
        HTTPResponse(
            status: status, headers: ["Content-Type": "application/json"], body: .bytes(try JSON.encode(value)))
    }
}
