import Crypto
import FoundationEssentials
import HTTP
import JSON
import Models
import Postgres
import Testing
import WebTestSupport

@testable import Tenancy

extension TenancyWorld {
    /// With a token that the service has issued, and a body.
    func send(
        _ method: HTTPMethod, _ target: String, token: String, in tenant: TenantID? = nil, headers: HTTPHeaders = [:],
        json: JSONValue
    ) async throws -> HTTPResponse {
        var headers = headers
        headers.set("Authorization", "Bearer \(token)")
        return try await send(method, target, as: .anonymous, in: tenant, headers: headers, json: json)
    }

    /// The access token of a fresh session of somebody.
    func token(of user: User) async throws -> String {
        let answer: TenancyAPI.SignedIn = try await signIn(user.email, in: user.tenantID).decoded()
        return answer.accessToken
    }

    /// A person of the caller's role who has just shown who they are; other callers as they are.
    ///
    /// A role alone gets a person who is deactivated, and so has no seat and is nobody's second owner.
    func proven(_ caller: TestCaller, in tenant: TenantID? = nil) async throws -> TestCaller {
        let tenant = tenant ?? self.tenant
        switch caller {
        case .user(let role):
            let user = try await makeUser("proven-\(UUID())@example.com", role, in: tenant)
            _ = try await UserChangeStore(rows: rows(tenant)).setStatus(.deactivated, of: user.id, in: tenant)
            return try await session(of: user.id, role, in: tenant)
        case .person(let id, let role): return try await session(of: id, role, in: tenant)
        default: return caller
        }
    }

    private func session(of user: UserID, _ role: Role, in tenant: TenantID) async throws -> TestCaller {
        let session = SessionID.make()
        try await SessionStore(rows: rows(tenant)).open(
            session, of: user, digest: OpaqueToken.make(.refresh).digest, expiresAt: .now() + .seconds(3600),
            device: .unknown, in: tenant)
        return .session(session, user, role)
    }

    /// A person as their row is now.
    func person(_ id: UserID) async throws -> User {
        try #require(try await UserStore(rows: rows(tenant)).find(id, in: tenant))
    }

    /// The kinds of the events of a tenant about a thing, in their order.
    func told(_ subject: String) async throws -> [String] {
        try await database.query(
            """
            SELECT type FROM outbox_events WHERE tenant_id = \(tenant) AND subject = \(subject) ORDER BY sequence
            """
        ) { row in try row.next(String.self) }
    }

    /// The data of the last event about a thing.
    func lastTold(_ subject: String) async throws -> TenancyAPI.UserEvent {
        let event = try #require(
            try await database.query(
                """
                SELECT id FROM outbox_events WHERE tenant_id = \(tenant) AND subject = \(subject)
                ORDER BY sequence DESC LIMIT 1
                """
            ) { row in try row.next(EventID.self) }.first)
        let data = try await rows(tenant).query(
            "SELECT data FROM outbox_payloads WHERE tenant_id = \(tenant) AND event_id = \(event)"
        ) { row in try row.next(JSONText.self) }
        return try #require(data.first).decode(TenancyAPI.UserEvent.self)
    }

    /// The letters that wait, oldest first.
    func letters() async throws -> [Letter] {
        try await rows(tenant).query(
            """
            SELECT payload FROM job_payloads JOIN jobs USING (tenant_id) WHERE jobs.id = job_id
              AND jobs.kind = 'send_mail' AND tenant_id = \(tenant) ORDER BY jobs.id
            """
        ) { row in try row.next(JSONText.self) }.map {
            try mail.letter(try $0.decode(SendMailJob.self), of: tenant)
        }
    }

    func decoded<Value: Decodable>(
        _ method: HTTPMethod, _ target: String, as caller: TestCaller, _ type: Value.Type = Value.self
    ) async throws -> Value {
        let response = try await send(method, target, as: caller)
        #expect((200..<300).contains(response.status), "\(response.text)")
        return try response.decoded()
    }
}

extension Letter {
    /// What stands in its link's fragment.
    var token: String {
        get throws { String(try #require(url?.split(separator: "=").last)) }
    }
}
