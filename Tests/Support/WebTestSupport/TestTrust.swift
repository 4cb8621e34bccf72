package import Auth
import Crypto
package import HTTP
import IO
import JSON
package import Models
package import Web

/// The keys of a test's own suite: signs the tokens of people, keys and services, and makes requests with them.
package struct TestTrust: Sendable {
    package static let issuer = "http://localhost:8080"

    package let service: ServiceName
    /// The tenant that requests are for unless they say otherwise.
    package let tenant: TenantID
    package let otherTenant: TenantID
    package let knowledge: TestKnowledge
    /// Whoever the tokens of `.departed` name; what applications are told of them makes these void.
    private let departed = UserID.make()
    private let signer: JWTSigner
    private let keys: JWKS

    /// Two active tenants and one key.
    package init(_ service: ServiceName) throws {
        self.service = service
        tenant = .make()
        otherTenant = .make()
        knowledge = TestKnowledge()
        try knowledge.set(tenant, subdomain: "acme")
        try knowledge.set(otherTenant, subdomain: "globex")
        let key = try Ed25519PrivateKey.make()
        signer = JWTSigner(keyID: "test", key: key)
        keys = JWKS(keys: [JWK(key.publicKey, keyID: "test")])
    }

    /// What the application under test believes; one for each loop.
    package func trust() throws -> Trust {
        let people = try TokenVerifier(issuer: Self.issuer, audience: TokenClaims.audience, keys: keys)
        people.userVersionChanged(departed, 2)
        return Trust(
            service: service, people: people,
            services: try TokenVerifier(issuer: Self.issuer, audience: service.rawValue, keys: keys),
            knowledge: knowledge)
    }

    /// A signed token of any claims.
    package func sign(_ claims: TokenClaims) throws -> String { try signer.sign(claims) }

    private func signed(_ claims: TokenClaims, _ change: (inout TokenClaims) -> Void) throws -> String {
        var claims = claims
        change(&claims)
        return try sign(claims)
    }

    /// The token of one service at the one under test.
    package func serviceToken(_ caller: ServiceName) throws -> String {
        guard let claims = TokenClaims.service(caller, at: service, issuer: Self.issuer, now: .now()) else {
            // A service without any grant: the claims that it would make up.
            var claims = TokenClaims(
                issuer: Self.issuer, audience: service.rawValue, subject: caller.rawValue, now: .now(),
                life: TokenClaims.Life.service)
            claims.scope = ServiceScope.requestsForward.rawValue
            return try sign(claims)
        }
        return try sign(claims)
    }

    /// The token of a caller for requests of a tenant; nil for nobody.
    package func token(_ caller: TestCaller, in tenant: TenantID) throws -> String? {
        func user(
            _ role: Role, _ id: UserID, _ tenant: TenantID, _ impersonator: UserID? = nil,
            session: SessionID = .make()
        ) throws -> String {
            try sign(
                .user(
                    id, in: role == .superAdmin ? .platform : tenant, role: role, session: session, version: 1,
                    issuer: Self.issuer, now: .now(), impersonator: impersonator))
        }
        return switch caller {
        case .anonymous: nil
        case .user(let role), .intruder(let role): try user(role, .make(), tenant)
        case .person(let id, let role): try user(role, id, tenant)
        case .session(let session, let id, let role): try user(role, id, tenant, session: session)
        case .impersonating(let role): try user(role, .make(), tenant, .make())
        case .stranger(let role): try user(role, .make(), tenant == otherTenant ? self.tenant : otherTenant)
        case .departed(let role): try user(role, departed, tenant)
        case .superAdmin(let areas):
            try signed(
                .user(
                    .make(), in: .platform, role: .superAdmin, session: .make(), version: 1, issuer: Self.issuer,
                    now: .now())
            ) { $0.areas = areas == PlatformArea.allCases ? nil : areas }
        case .visitor: try sign(.visitor(session: .make(), in: tenant, issuer: Self.issuer, now: .now()))
        case .serviceAtGateway(let name): try serviceToken(name)
        case .strangerKey(let scopes):
            try sign(
                .apiKey(
                    .make(), in: tenant == otherTenant ? self.tenant : otherTenant, scopes: scopes, mode: .live,
                    issuer: Self.issuer, now: .now()))
        case .apiKey(let scopes):
            try sign(.apiKey(.make(), in: tenant, scopes: scopes, mode: .live, issuer: Self.issuer, now: .now()))
        case .service(let name): try serviceToken(name)
        }
    }

    /// A request as it reaches the service.
    package func request(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller, in tenant: TenantID? = nil,
        headers: HTTPHeaders = [:], body: HTTPBody = .empty
    ) throws -> HTTPRequest {
        let tenant = tenant ?? self.tenant
        var headers = headers
        headers.set("X-Switchboard-Tenant", tenant.description)
        if let token = try token(caller, in: tenant) { headers.set("Authorization", "Bearer \(token)") }
        switch caller {
        case .service: break
        default:
            headers.set("X-Switchboard-Client-Address", "203.0.113.7")
            headers.set("X-Switchboard-Scheme", "https")
            headers.set("X-Switchboard-Host", "acme.localhost")
            if case .intruder = caller {} else { headers.set("X-Switchboard-Gateway", try serviceToken(.gateway)) }
        }
        guard let remote = SocketAddress(host: "127.0.0.1", port: 1) else { throw Failure(.internal) }
        return HTTPRequest(method: method, target: target, headers: headers, body: body, remote: remote)
    }

    /// A request with a JSON body.
    package func request(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller, in tenant: TenantID? = nil,
        headers: HTTPHeaders = [:], json value: some Encodable
    ) throws -> HTTPRequest {
        var headers = headers
        headers.set("Content-Type", "application/json")
        return try request(
            method, target, as: caller, in: tenant, headers: headers, body: HTTPBody(bytes: try JSON.encode(value)))
    }
}

extension HTTPResponse {
    /// The body's bytes; a streamed body has none here.
    package var bytes: [UInt8] {
        guard case .bytes(let bytes) = body else { return [] }
        return bytes
    }

    /// The body as a text.
    package var text: String { String(decoding: bytes, as: UTF8.self) }

    /// The JSON body as a wire type.
    package func decoded<Value: Decodable>(_ type: Value.Type = Value.self) throws -> Value {
        try JSON.decode(type, from: bytes)
    }

    /// The body of an answer that is no success.
    package func problem() throws -> Problem { try decoded() }
}
