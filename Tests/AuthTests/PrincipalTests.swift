import Models
import Testing

@testable import Auth

@Suite
struct PrincipalTests {
    private let issuer: Issuer
    private let verifier: TokenVerifier

    init() throws {
        issuer = try Issuer()
        verifier = try issuer.verifier()
    }

    private func principal(_ claims: TokenClaims) throws -> Principal {
        try verifier.principal(issuer.signer.sign(claims), tenant: claims.tid, now: issuer.now)
    }

    @Test(arguments: Role.ofTenants)
    func `a user has the permissions of the role`(role: Role) throws {
        let principal = try principal(issuer.claims(role: role))
        let user = try #require(principal.user)
        #expect(user.userID == issuer.user)
        #expect(user.sessionID == issuer.session)
        #expect(user.version == 3)
        #expect(principal.tenantID == issuer.tenant)
        #expect(principal.permissions == role.permissions)
        for permission in Permission.allCases {
            #expect(principal.has(permission) == role.permissions.contains(permission))
        }
        #expect(!principal.has(ServiceScope.requestsForward))
        #expect(principal.kind == "user" && principal.subject == issuer.user.description)
    }

    @Test
    func `an impersonation names both and lives half an hour`() throws {
        let admin = UserID.make()
        let claims = TokenClaims.user(
            issuer.user, in: issuer.tenant, role: .owner, session: issuer.session, version: 1, issuer: Issuer.address,
            now: issuer.now, impersonator: admin)
        #expect(try principal(claims).impersonator == admin)
        #expect(claims.exp - claims.iat == 1800)
    }

    @Test
    func `a key that reads calls reads all calls and nothing else`() throws {
        let key = APIKeyID.make()
        let principal = try principal(
            .apiKey(
                key, in: issuer.tenant, scopes: [.callsRead], mode: .test, issuer: Issuer.address, now: issuer.now))
        #expect(principal.has(.callsReadAll))
        #expect(!principal.has(.callsWrite) && !principal.has(.usersRead) && !principal.has(.apiKeysWrite))
        guard case .apiKey(let holder) = principal else { throw TokenError.invalid("not a key") }
        #expect(holder.keyID == key && holder.mode == .test && holder.scopes == [.callsRead])
        #expect(principal.subject == key.description)
    }

    @Test
    func `a visitor has a tenant and no permission`() throws {
        let principal = try principal(
            .visitor(session: issuer.session, in: issuer.tenant, issuer: Issuer.address, now: issuer.now))
        #expect(principal.kind == "visitor" && principal.subject == issuer.session.description)
        #expect(principal.tenantID == issuer.tenant)
        #expect(principal.permissions.isEmpty && !principal.has(.callsReadOwn))
    }

    @Test
    func `a service has what the table grants it at this callee`() throws {
        let claims = try #require(
            TokenClaims.service(.gateway, at: .tenancy, issuer: Issuer.address, now: issuer.now))
        let tenancy = try issuer.verifier(audience: "tenancy")
        let principal = try tenancy.principal(issuer.signer.sign(claims), tenant: nil, now: issuer.now)
        #expect(principal.has(.apiKeysExchange) && principal.has(.requestsForward))
        #expect(!principal.has(.entitlementsWrite) && !principal.has(.usersRead))
        #expect(principal.tenantID == nil && principal.subject == "gateway")
        #expect(refusal(verifier, try issuer.signer.sign(claims), at: issuer.now) == .wrongAudience)
        let calls = try issuer.verifier(audience: "calls")
        #expect(refusal(calls, try issuer.signer.sign(claims), at: issuer.now) == .wrongAudience)
    }

    @Test
    func `a service gets no claims where it was granted nothing`() {
        for caller in ServiceName.allCases {
            for callee in ServiceName.allCases {
                let claims = TokenClaims.service(caller, at: callee, issuer: "", now: issuer.now)
                #expect((claims == nil) == ServiceGrants.scopes(of: caller, at: callee).isEmpty)
            }
        }
    }

    @Test
    func `a token of another tenant is told so`() throws {
        let token = try issuer.token()
        let error = try #require(throws: TokenError.self) {
            try verifier.principal(token, tenant: .make(), now: issuer.now)
        }
        #expect(error.code == .tokenWrongTenant)
        #expect(error.failure.code == .tokenWrongTenant && error.failure.status == 401)
        // And so is a service's, which has none, where people's are asked for.
        #expect(throws: TokenError.self) {
            try TokenClaims.service(.calls, at: .tenancy, issuer: "", now: issuer.now)?.check(tenant: issuer.tenant)
        }
    }

    @Test
    func `a mixture of claims that nobody issues is refused`() throws {
        let changes: [(inout TokenClaims) -> Void] = [
            { $0.tid = nil }, { $0.sid = nil }, { $0.ver = nil }, { $0.sub = "x" }, { $0.sub = "" },
            { $0.scope = "calls.read" }, { $0.mode = .live }, { $0.role = .superAdmin }, { $0.tid = .platform },
            { $0.role = nil }, { $0.areas = [.tenants] }, { $0.areas = [] },
        ]
        for change in changes {
            #expect(refusal(verifier, try issuer.token(change), at: issuer.now) == .invalidToken)
        }
    }

    @Test(arguments: ["", " ", "calls.read ", "calls.read  users.read", "calls.all", "*", "requests.forward"])
    func `a scope that does not exist is refused`(scope: String) throws {
        var claims = TokenClaims.apiKey(
            .make(), in: issuer.tenant, scopes: [.callsRead], mode: .live, issuer: Issuer.address, now: issuer.now)
        claims.scope = scope
        #expect(throws: TokenError.self) { try principal(claims) }
    }

    @Test
    func `a service cannot hold more than the table grants`() throws {
        var claims = try #require(TokenClaims.service(.calls, at: .tenancy, issuer: Issuer.address, now: issuer.now))
        claims.scope = "changes.read entitlements.write"
        let tenancy = try issuer.verifier(audience: "tenancy")
        #expect(refusal(tenancy, try issuer.signer.sign(claims), at: issuer.now) == .invalidToken)
    }

    @Test
    func `a super admin is a user of the platform`() throws {
        let claims = TokenClaims.user(
            issuer.user, in: .platform, role: .superAdmin, session: issuer.session, version: 1,
            issuer: Issuer.address, now: issuer.now)
        let token = try issuer.signer.sign(claims)
        #expect(try verifier.principal(token, tenant: .platform, now: issuer.now).has(.tenantsWrite))
        #expect(throws: TokenError.self) { try verifier.principal(token, tenant: issuer.tenant, now: issuer.now) }
    }

    @Test
    func `a super admin of some areas may do what stands in them alone`() throws {
        var claims = TokenClaims.user(
            issuer.user, in: .platform, role: .superAdmin, session: issuer.session, version: 1,
            issuer: Issuer.address, now: issuer.now)
        for areas in [[], [PlatformArea.audit], [.tenants, .requests], PlatformArea.allCases] {
            claims.areas = areas
            let token = try issuer.signer.sign(claims)
            let expected = areas.reduce(into: Set<Permission>()) { $0.formUnion($1.permissions) }
            #expect(try verifier.principal(token, tenant: .platform, now: issuer.now).permissions == expected)
        }
        #expect(principalOfAll.permissions == Role.superAdmin.permissions)
    }

    /// What a token without the claim gives.
    private var principalOfAll: UserPrincipal {
        UserPrincipal(
            userID: issuer.user, tenantID: .platform, role: .superAdmin, sessionID: issuer.session, version: 1)
    }

    @Test(arguments: TokenError.Code.allCases)
    func `every refusal is a 401 that names no reason`(code: TokenError.Code) {
        let failure = TokenError(code, "the reason").failure
        #expect(failure.status == 401)
        #expect(!failure.detail.contains("the reason"))
        #expect(failure.headers.contains { $0.name == "WWW-Authenticate" })
    }
}
