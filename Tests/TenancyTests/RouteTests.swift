import HTTP
import JSON
import Models
import Testing
import Web
import WebTestSupport

@testable import Tenancy

struct RouteTests {
    private static let refusals: Set<String> = [
        "unauthenticated", "forbidden", "token_wrong_tenant", "tenant_suspended", "token_revoked",
    ]

    private func code(_ response: HTTPResponse) throws -> String {
        (200..<400).contains(response.status) ? "" : try response.problem().code
    }

    @Test func `the platform's routes let in super admins alone, and at the platform's host alone`() async throws {
        let wrong = try await withTenancy { world in
            try await world.makePlatform()
            var wrong: [String] = []
            for route in world.routes.table.routes {
                guard case .platform = route.access.rule else { continue }
                let path = RouteMatrix.samplePath(route)
                let admin = try await world.send(route.method, path, as: .user(.superAdmin), in: .platform)
                if try Self.refusals.contains(code(admin)) { wrong.append("\(route.template) as super admin") }
                for caller: TestCaller in [.user(.owner), .user(.agent), .apiKey(Set(Scope.allCases))] {
                    let response = try await world.send(route.method, path, as: caller, in: .platform)
                    // A token of the platform with another role than its own is none at all.
                    if ![401, 403].contains(response.status) { wrong.append("\(route.template) as \(caller)") }
                }
                let anonymous = try await world.send(route.method, path, as: .anonymous, in: .platform)
                if anonymous.status != 401 { wrong.append("\(route.template) as nobody") }
            }
            return wrong
        }
        #expect(wrong == [])
    }

    @Test func `a suspended tenant keeps sign-in, sign-out and the keys, and nothing else`() async throws {
        let (open, wrong) = try await withTenancy { world in
            try world.trust.knowledge.set(world.tenant, status: .suspended)
            var open: Set<String> = []
            var wrong: [String] = []
            for route in world.routes.table.routes {
                let response = try await world.send(
                    route.method, RouteMatrix.samplePath(route), as: .user(.owner))
                let isOpen = try code(response) != "tenant_suspended"
                if isOpen { open.insert(route.operationID) }
                if isOpen != route.options.contains(.allowedWhenSuspended) { wrong.append(route.operationID) }
            }
            return (open, wrong)
        }
        #expect(wrong == [])
        #expect(
            open == [
                "take_onboarding_hook", "sign_in", "refresh_tokens", "sign_out", "list_signing_keys",
                "request_password_reset",
                "accept_password_reset", "change_password", "reauthenticate", "list_sessions", "revoke_session",
                "revoke_other_sessions", "get_second_factor", "begin_passkey_sign_in", "sign_in_with_passkey",
                "begin_passkey_reauthentication", "reauthenticate_with_passkey", "list_passkeys",
                "get_single_sign_on_offer", "start_single_sign_on", "finish_single_sign_on",
                "create_export", "list_exports", "get_export", "get_export_archive",
            ])
    }

    @Test func `a service gets the token that it was granted for its secret, and nothing for another's`() async throws {
        try await withTenancy { world in
            func ask(_ service: ServiceName, _ secret: String, _ callee: ServiceName) async throws -> HTTPResponse {
                var request = try world.trust.request(
                    .post, "/internal/service-tokens", as: .anonymous,
                    json: InternalAPI.ServiceTokenRequest(service: service, secret: secret, audience: callee))
                request.headers.remove("X-Switchboard-Tenant")
                return await world.internal(request)
            }
            let token: InternalAPI.Token = try await ask(.gateway, TenancyWorld.gatewaySecret, .calls).decoded()
            #expect(token.expiresInSeconds == 300)
            #expect(try await ask(.gateway, "wrong", .calls).status == 401)
            #expect(try await ask(.gateway, "", .calls).status == 401)
            #expect(try await ask(.calls, TenancyWorld.gatewaySecret, .tenancy).status == 401)
        }
    }

    @Test func `users of the tenant are listed and read, and nobody else's`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("a@acme.example")
            let stranger = try await world.makeUser("b@globex.example", in: world.other)
            let page: Page<TenancyAPI.User> = try await world.send(.get, "/api/v1/users", as: .user(.admin)).decoded()
            #expect(page.data.map(\.id) == [user.id])
            #expect(try await world.send(.get, "/api/v1/users/\(user.id)", as: .user(.admin)).status == 200)
            let absent = try await world.send(.get, "/api/v1/users/\(UserID.make())", as: .user(.owner))
            let foreign = try await world.send(.get, "/api/v1/users/\(stranger.id)", as: .user(.owner))
            #expect(absent.status == 404 && foreign.status == 404)
        }
    }

    @Test func `the audit log is read by those who may, filtered, newest first`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            _ = try await world.signIn("a@acme.example")
            let all: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit", as: .user(.admin)
            ).decoded()
            #expect(all.data.map(\.action) == ["user.signed_in", "tenant.created"])
            #expect(all.data[0].clientAddress == "203.0.113.7" && all.data[0].requestID != nil)
            let some: Page<TenancyAPI.AuditEntry> = try await world.send(
                .get, "/api/v1/audit?action=tenant.created", as: .apiKey([.auditRead])
            ).decoded()
            #expect(some.total == 1)
            #expect(try await world.send(.get, "/api/v1/audit", as: .user(.agent)).status == 403)
        }
    }
}
