import Crypto
import HTTP
import JSON
import Models
import Testing
import WebTestSupport

@testable import Tenancy

extension TenancyWorld {
    static func settings(_ issuer: String, _ changes: [String: JSONValue] = [:]) -> JSONValue {
        var members: [String: JSONValue] = [
            "issuer": .string(issuer), "client_id": .string(FakeProvider.clientID),
            "client_secret": .string(FakeProvider.secret), "email_domains": ["Acme.example"], "default_role": "agent",
            "is_enabled": true,
        ]
        members.merge(changes) { $1 }
        return .object(members.filter { $0.value != .string("absent") }.map { .init($0.key, $0.value) })
    }

    /// A configuration of a tenant whose plan has the feature.
    func setUpProvider(_ issuer: String, _ changes: [String: JSONValue] = [:], in tenant: TenantID? = nil) async throws
    {
        let tenant = tenant ?? self.tenant
        _ = try await TenantStore(rows: rows(tenant)).setEntitlements(.seed(for: .enterprise), of: tenant)
        let wanted = try JSON.decode(
            TenancyAPI.SetSingleSignOn.self, from: try JSON.encode(Self.settings(issuer, changes)))
        let secret = try wanted.clientSecret.value.map {
            try secrets.seal($0, at: SingleSignOn.place(in: tenant))
        }
        _ = try await SingleSignOnLifeStore(database: rows(tenant)).set(
            wanted, secret: secret.map { .value($0) } ?? .absent, version: nil, origin: .operator, in: tenant)
    }

    func startSingleSignOn(_ query: String = "", cookie: String? = nil) async throws -> (url: String, cookie: String) {
        let headers: HTTPHeaders = cookie.map { ["Cookie": "a=b; \($0)"] } ?? [:]
        let response = try await send(.get, "/api/v1/auth/sso/start\(query)", as: .anonymous, headers: headers)
        #expect(response.status == 302 && response.headers["Cache-Control"] == "no-store")
        let set = response.headers["Set-Cookie"] ?? ""
        #expect(set.isEmpty || set.hasSuffix("; Path=/; HttpOnly; Secure; SameSite=Lax"))
        return (try #require(response.headers["Location"]), String(set.prefix { $0 != ";" }))
    }

    func finishSingleSignOn(_ query: String, cookie: String?, in tenant: TenantID? = nil) async throws -> HTTPResponse {
        let headers: HTTPHeaders = cookie.map { ["Cookie": $0] } ?? [:]
        return try await send(.get, "/api/v1/auth/sso/callback?\(query)", as: .anonymous, in: tenant, headers: headers)
    }

    /// The whole way of one person; where it ends.
    @discardableResult
    func singleSignOn(_ provider: FakeProvider, _ query: String = "") async throws -> String {
        let (url, cookie) = try await startSingleSignOn(query)
        let response = try await finishSingleSignOn(try provider.authorize(url), cookie: cookie)
        #expect(response.status == 302)
        return try #require(response.headers["Location"])
    }

    /// Runs a test with a provider that the tenant `acme` is set up for.
    func withProvider<Success: Sendable>(
        _ changes: [String: JSONValue] = [:], _ body: @Sendable (FakeProvider) async throws -> Success
    ) async throws -> Success {
        let provider = try FakeProvider(loop)
        try await setUpProvider(provider.issuer, changes)
        do {
            let result = try await body(provider)
            await provider.stop()
            return result
        } catch {
            await provider.stop()
            throw error
        }
    }

    func person(_ email: String) async throws -> User? {
        try await UserStore(rows: rows(tenant)).credentials(email: try .sample(email), in: tenant)?.user
    }
}
