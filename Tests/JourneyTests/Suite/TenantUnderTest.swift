import JSON
import Models
import Testing

/// A tenant that a test made, with somebody of each kind.
struct TenantUnderTest: Sendable {
    let id: TenantID
    let subdomain: String
    let owner: Person
    /// A person with a sign-in.
    struct Person: Sendable {
        let caller: Caller
        let id: UserID
        let email: String
        let password: String
        let refreshToken: String
    }

    /// Makes a key of these scopes.
    func key(_ scopes: [Scope]) async throws -> Caller {
        let body: JSONValue = ["name": "journey", "scopes": .array(scopes.map { .string($0.rawValue) })]
        let answer = try await owner.caller.post("/api/v1/api-keys", body).expect(201)
        let key = try answer.decoded(TenancyAPI.APIKey.self)
        let secret = key.secret ?? ""
        owner.caller.visit.plant(secret)
        return owner.caller.with(secret)
    }

    /// Invites somebody, who accepts.
    func person(_ role: Role, _ visit: Visit) async throws -> Person {
        let email = Self.email(visit)
        let body: JSONValue = ["email": .string(email), "role": .string(role.rawValue)]
        let answer = try await owner.caller.post("/api/v1/invitations", body).expect(201)
        let invitation = try answer.decoded(TenancyAPI.CreatedInvitation.self)
        return try await Self.accept(invitation, at: owner.caller.anonymous, email: email)
    }

    private static func email(_ visit: Visit) -> String {
        let email = "planted-\(UInt32.random(in: 0 ... .max))@example.com"
        visit.plant(email)
        return email
    }

    static func accept(
        _ invitation: TenancyAPI.CreatedInvitation, at host: Caller, email: String
    ) async throws -> Person {
        let password = "planted-phrase-\(UInt64.random(in: 0 ... .max))"
        host.visit.plant(password, invitation.token)
        let body: JSONValue = [
            "token": .string(invitation.token), "name": "Olga Planted", "password": .string(password),
        ]
        let answer = try await host.post("/api/v1/auth/invitations/accept", body).expect(200)
        let signedIn = try answer.decoded(TenancyAPI.SignedIn.self)
        host.visit.plant(signedIn.accessToken, signedIn.refreshToken)
        return Person(
            caller: host.with(signedIn.accessToken), id: signedIn.user.id, email: email, password: password,
            refreshToken: signedIn.refreshToken ?? "")
    }

    /// Makes a tenant whose owner has accepted.
    static func make(_ visit: Visit, plan: Plan = .growth) async throws -> TenantUnderTest {
        let admin = try await visit.superAdmin()
        let subdomain = "t\(UInt32.random(in: 0 ... .max))"
        let email = Self.email(visit)
        let body: JSONValue = [
            "name": "Acme", "subdomain": .string(subdomain), "plan": .string(plan.rawValue), "phone_system": "generic",
            "owner": ["email": .string(email), "name": "Olga"],
        ]
        let answer = try await admin.post("/api/v1/platform/tenants", body).expect(201)
        let created = try answer.decoded(TenancyAPI.CreatedTenant.self)
        // The gateway learns of the tenant by the change feed, and not by this answer.
        let host = visit.caller(subdomain)
        try await visit.until("the gateway knows the tenant") { try await host.get("/api/v1/calls").status != 404 }
        let owner = try await accept(created.invitation, at: host, email: email)
        return TenantUnderTest(id: created.tenant.id, subdomain: subdomain, owner: owner)
    }
}
