import HTTP
import HTTPClient
import IO
import JSON
import Models
import TestSupport
import Testing

@testable import Tenancy

/// An identity provider that others wrote (oidc-provider-mock, on Authlib), with a client of ours and people of a test.
///
/// `OIDC_PROVIDER_PYTHON` names an interpreter that has it.
struct RealProvider: Sendable {
    static let interpreter = PythonPeer.interpreter("OIDC_PROVIDER_PYTHON")

    private static let script = """
        import json, warnings
        warnings.simplefilter('ignore')
        import werkzeug.serving
        from oidc_provider_mock import app
        server = werkzeug.serving.make_server(
            '127.0.0.1', 0, app(require_nonce=True, require_client_registration=True), threaded=True)
        print(json.dumps({'port': server.server_port}), flush=True)
        server.serve_forever()
        """

    private struct Ready: Codable {
        var port: Int
    }

    /// What dynamic registration answers (RFC 7591), as far as it is used.
    private struct Registered: Codable {
        var clientID: String
        var clientSecret: String
    }

    let issuer: String
    let clientID: String
    let clientSecret: String
    private let peer: PythonPeer
    private let http: OutboundHTTPClient

    init(_ loop: EventLoop) async throws {
        peer = try PythonPeer(loop, try #require(Self.interpreter), Self.script)
        issuer = "http://127.0.0.1:\(try await peer.next(Ready.self).port)"
        http = try OutboundHTTPClient(loop: loop, guard: TenancyWorld.guardOfProviders)
        let answer = try await http.send(
            .init(
                .post, "\(issuer)/oauth2/clients", headers: ["Content-Type": "application/json"],
                body: .bytes(
                    try JSON.encode(["redirect_uris": ["http://acme.localhost:8080/api/v1/auth/sso/callback"]]))))
        let registered = try JSON.decode(Registered.self, from: answer.body, unknownKeys: .ignore)
        (clientID, clientSecret) = (registered.clientID, registered.clientSecret)
    }

    func stop() async { await peer.stop() }

    /// The provider knows somebody with these claims.
    func setPerson(_ subject: String, _ claims: JSONValue) async throws {
        let answer = try await http.send(
            .init(
                .put, "\(issuer)/users/\(subject)", headers: ["Content-Type": "application/json"],
                body: .bytes(try JSON.encode(claims))))
        #expect(answer.isSuccess)
    }

    /// Sends the form of the page that the browser was led to; where that leads.
    func submit(_ url: String, _ form: [(String, String)]) async throws -> String {
        let answer = try await http.send(
            .init(
                .post, url, headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: .bytes(Array(PercentCode.form(form).utf8))))
        return try #require(answer.headers["Location"])
    }

    /// What an owner types in.
    func settings(_ changes: [String: JSONValue] = [:]) -> [String: JSONValue] {
        ["client_id": .string(clientID), "client_secret": .string(clientSecret)].merging(changes) { $1 }
    }
}
