import Crypto
import DatabaseTestSupport
import HTTP
import JSON
import Models
import Postgres
import ServiceKit
import Testing
import WebTestSupport

@testable import Tenancy

struct WallTests {
    /// Rows in every table, for both tenants.
    private func fill(_ world: TenancyWorld) async throws {
        for (tenant, name) in [(world.tenant, "acme"), (world.other, "globex")] {
            let owner = try await world.makeUser("boss@\(name).example", .owner, in: tenant)
            let answer: TenancyAPI.SignedIn = try await world.signIn("boss@\(name).example", in: tenant).decoded()
            _ = try await world.refresh(try #require(answer.refreshToken), in: tenant)
            _ = try await world.signIn("nobody@\(name).example", in: tenant)
            _ = try await world.send(
                .post, "/api/v1/api-keys", token: try await world.token(of: owner), in: tenant,
                headers: ["Idempotency-Key": "key"], json: ["name": "k", "scopes": ["calls.read"]])
            let factors = SecondFactorLifeStore(database: world.rows(tenant), secrets: world.secrets)
            let app = try await factors.begin(of: owner)
            let code = String(decoding: app.digits(at: Timestamp.now().seconds / 30), as: UTF8.self)
            _ = try await factors.confirm(code, of: owner, mail: world.mail, origin: .operator)
            _ = try await OriginStore(database: world.rows(tenant)).set(
                ["https://\(name).example"], of: tenant, origin: .operator)
            _ = try await DomainLifeStore(database: world.rows(tenant), mail: world.mail).add(
                try DomainName(jsonText: "\(name).example"), challenge: "x", origin: .operator, in: tenant)
            try await RenameStore(rows: world.rows(tenant)).release("former-\(name)", of: tenant, now: .now())
            _ = try await SettingsLifeStore(database: world.rows(tenant)).set(
                SettingsChange(reading: ["appearance": "dark"], at: .user, isOwner: false), of: owner.id, in: tenant,
                version: nil, origin: .operator)
            _ = try await ServiceAccountStore(rows: world.rows(tenant)).create(
                .make(), name: "Importer", description: "", scopes: [.callsRead], createdBy: owner.id, in: tenant)
            _ = try await OnboardingStore(rows: world.rows(tenant)).begin(in: tenant)
            try await OnboardingStore(rows: world.rows(tenant)).settle(.welcome, .done, by: owner.id, in: tenant)
            try await ImpersonationStore(rows: world.rows(tenant)).create(
                .make(), of: owner.id, by: .make(), digest: [1], expiresAt: .now(), in: tenant)
            _ = try await PasskeyChallengeStore(rows: world.rows(tenant)).make(
                .signIn, for: nil, address: "203.0.113.7", in: tenant)
            let passkey = try VirtualPasskey()
            let words = VirtualPasskey.Words()
            _ = try await PasskeyStore(rows: world.rows(tenant)).create(
                .make(),
                try MadePasskey(
                    try BrowserReport(try passkey.clientData("AA", "webauthn.create", words)),
                    attestation: passkey.attestation(words),
                    at: RelyingParty(
                        host: "acme.localhost", base: try #require(WebAddress(TestTrust.issuer)), name: "Acme")),
                name: "laptop", transports: [], of: owner.id, in: tenant)
            try await EmailTokenStore(rows: world.rows(tenant)).create(
                .change, of: owner.id, email: .sample("next@\(name).example"), digest: [1], expiresAt: .now(),
                in: tenant)
            try await world.setUpProvider("https://id.\(name).example", in: tenant)
            _ = try await SingleSignOnAttemptStore(rows: world.rows(tenant)).make(
                SingleSignOnAttempt(browser: nil),
                .init(issuer: "", clientID: "", redirectURL: "", returnTo: "/"), address: "203.0.113.7", in: tenant)
            _ = try await SingleSignOnAccountStore(rows: world.rows(tenant)).link(
                issuer: "https://id.\(name).example", subject: "1", to: owner.id, in: tenant)
            _ = try await ConnectionLifeStore(database: world.rows(tenant), secrets: world.secrets).create(
                .init(provider: "generic", name: "Phones"),
                ConnectionDraft(provider: try #require(ProviderTable.provider("generic"))), by: owner.id,
                origin: .operator, in: tenant)
            let letter = Letter(kind: .passwordChanged, to: try .sample("boss@\(name).example"), language: "en")
            try await world.rows(tenant).transaction { try await world.mail.send(letter, in: $0) }
            _ = try await ErasureLifeStore(database: world.rows(tenant), secrets: world.secrets).begin(
                .person, of: tenant, ErasureTarget(phoneNumbers: [], emails: ["x@\(name).example"]), by: owner.id,
                origin: .operator)
            _ = try await AuditSealing(database: world.database, secrets: world.secrets).sealSome(of: tenant)
            _ = try await SupportRequestStore(rows: world.rows(tenant), tenant: tenant).create(
                .make(), reason: "to help", by: .make())
            let exports = ExportStore(rows: world.rows(tenant))
            _ = try await exports.create(.make(), by: owner.id, in: tenant)
            _ = try await exports.create(.make(), of: [1], by: owner.id, in: tenant)
        }
    }

    @Test func `row-level security alone shows a tenant its own rows of every table`() async throws {
        try await withTenancy { world in
            try await fill(world)
            let tables = try await world.force(
                """
                SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind = 'r' AND c.relrowsecurity AND c.relforcerowsecurity ORDER BY 1
                """
            ).compactMap { $0[0] }
            #expect(tables.count > 10)
            for table in tables {
                for tenant in [world.tenant, world.other] {
                    let own = try await world.force("SELECT count(*) FROM \(table) WHERE tenant_id = '\(tenant)'")[0][0]
                    let all = try await world.force("SELECT count(*) FROM \(table)")[0][0]
                    let visible = try await PostgresSession.with(url: world.test.appURL, applicationName: "tests") {
                        try $0.rows("SELECT set_config('app.tenant_id', $1, false)", [tenant.description])
                        return try $0.rows("SELECT count(*) FROM \(table)")[0][0]
                    }
                    #expect(visible == own, "\(table)")
                    // Requests for accounts and what is done to many tenants are rows of the platform alone.
                    let isEmptyAtFirst = [
                        "outbox_payloads", "setup_requests", "erasure_receipts", "bulk_changes", "bulk_change_items",
                        "notices", "tenant_figures",
                    ].contains(table)
                    if !isEmptyAtFirst { #expect(own != "0" && own != all, "\(table) has rows of both") }
                }
            }
        }
    }

    @Test func `only what holds no personal data stands without row-level security`() async throws {
        try await withTenancy { world in
            let tables = try await world.force(
                """
                SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
                WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT (c.relrowsecurity AND c.relforcerowsecurity)
                ORDER BY 1
                """
            ).compactMap { $0[0] }
            #expect(
                tables == [
                    "audit_unsealed", "changes", "disabled_features", "event_receipts", "job_schedules", "jobs",
                    "outbox_deliveries",
                    "outbox_events",
                    "outbox_sequences",
                    "schema_migrations",
                    "signing_keys", "tombstones",
                ])
        }
    }

    @Test func `no function that crosses tenants can be called by anybody else`() async throws {
        try await withTenancy { world in
            let loose = try await world.force(
                """
                SELECT proname FROM pg_proc AS p JOIN pg_namespace AS n ON n.oid = p.pronamespace
                WHERE n.nspname = 'public' AND p.prosecdef AND (
                    p.proconfig IS NULL OR NOT 'search_path=pg_catalog, public' = ANY (p.proconfig)
                    OR pg_get_userbyid(p.proowner) <> 'tenancy_system'
                    OR EXISTS (SELECT 1 FROM aclexplode(p.proacl) AS a WHERE a.grantee = 0))
                """)
            #expect(loose.isEmpty)
            #expect(
                try await world.force("SELECT rolcanlogin::text FROM pg_roles WHERE rolname = 'tenancy_system'") == [
                    ["false"]
                ])
        }
    }

    @Test func `the stores' own conditions alone show another tenant nothing`() async throws {
        try await withTenancy { world in
            try await fill(world)
            let bypass = world.test.open(on: world.loop, as: .superuser)
            defer { bypass.close() }
            let (own, other) = (bypass.tenant(world.tenant), bypass.tenant(world.other))
            let email = try EmailAddress.sample("boss@acme.example")
            let user = try #require(try await UserStore(rows: own).credentials(email: email, in: world.tenant)).user

            let users = UserStore(rows: other)
            #expect(try await users.find(user.id, in: world.other) == nil)
            #expect(try await users.credentials(email: email, in: world.other) == nil)
            let order = UserOrder(key: .createdAt, isDescending: true)
            let (listed, count) = try await UserListStore(rows: other).page(
                UserFilter(), UserReach(), order, after: nil, limit: 10, offset: 0, bound: 10, in: world.other)
            #expect(listed.count == 1 && count == 1 && listed.allSatisfy { $0.user.tenantID == world.other })
            let changes = UserChangeStore(rows: other)
            #expect(try await changes.lock(user.id, in: world.other) == nil)
            #expect(try await changes.setRole(.agent, of: user.id, in: world.other) == nil)
            #expect(try await changes.setStatus(.deactivated, of: user.id, in: world.other) == nil)
            #expect(try await changes.setDeleted(true, of: user.id, in: world.other) == nil)
            #expect(try await changes.update(ProfileChange(name: "X"), of: user.id, in: world.other) == nil)
            #expect(try await changes.notifications(of: user.id, in: world.other) == nil)
            #expect(try await changes.revokeKeys(of: user.id, in: world.other).isEmpty)
            #expect(try await DirectoryStore(rows: other).find(user.id, in: world.other) == nil)
            #expect(try await users.count(bound: 10, in: world.other) == 1)
            #expect(try await users.countActive(in: world.other) == 1)
            #expect(try await users.setPassword("x", name: nil, of: user.id, in: world.other) == nil)
            #expect(try await users.clearPassword(of: user.id, in: world.other) == nil)
            #expect(try await !users.noteSignIn(of: user.id, version: user.version, in: world.other))

            let keys = APIKeyStore(rows: other)
            let key = try #require(
                try await APIKeyStore(rows: own).list(APIKeyFilter(), .newest, in: world.tenant).first)
            #expect(try await keys.find(key.id, in: world.other) == nil)
            #expect(try await !keys.revoke(key.id, in: world.other))
            #expect(try await keys.list(APIKeyFilter(), .newest, in: world.other).allSatisfy { $0.id != key.id })
            #expect(try await keys.count(APIKeyFilter(), bound: 10, in: world.other) == 1)

            let invitations = InvitationStore(rows: other)
            let invitation = try #require(
                try await InvitationStore(rows: own).list(InvitationFilter(), .newest, in: world.tenant).first)
            #expect(try await !invitations.revoke(invitation.id, in: world.other))
            #expect(
                try await invitations.list(InvitationFilter(), .newest, in: world.other).map(\.id).contains(
                    invitation.id) == false)
            #expect(try await invitations.count(InvitationFilter(), bound: 10, in: world.other) == 1)
            #expect(try await invitations.countPending(in: world.other) == 1)

            let sessions = SessionStore(rows: other)
            #expect(try await sessions.revokeAll(of: user.id, in: world.other).isEmpty)
            let audit = AuditStore(rows: other)
            let subjects = try await audit.list(AuditFilter(), .newest, in: world.other).map(\.subject)
            #expect(!subjects.contains("user/\(user.id)") && !subjects.contains("tenant/\(world.tenant)"))
            #expect(try await audit.count(AuditFilter(subject: "user/\(user.id)"), bound: 10, in: world.other) == 0)
            let unchanged = try #require(try await UserStore(rows: own).find(user.id, in: world.tenant))
            #expect(unchanged.version == user.version)
        }
    }

    @Test func `tokens of one tenant open nothing in another, by the stores' own conditions`() async throws {
        try await withTenancy { world in
            let bypass = world.test.open(on: world.loop, as: .superuser)
            defer { bypass.close() }
            let other = bypass.tenant(world.other)
            let link = try await world.makeTenant(.make(), "initech")
            #expect(try await InvitationStore(rows: other).find(digest: link.digest, in: world.other) == nil)
            #expect(try await InvitationStore(rows: other).accept(digest: link.digest, in: world.other) == nil)
            let user = try await world.makeUser("a@acme.example")
            let refresh = OpaqueToken.make(.refresh)
            try await SessionStore(rows: world.rows(world.tenant)).open(
                .make(), of: user.id, digest: refresh.digest, expiresAt: .now() + .seconds(60), device: .unknown,
                in: world.tenant)
            #expect(
                try await SessionStore(rows: other).lock(digest: refresh.digest, idle: .seconds(3600), in: world.other)
                    == nil)
            let key = OpaqueToken.make(.liveAPIKey)
            _ = try await APIKeyStore(rows: world.rows(world.tenant)).create(
                APIKeyDraft(
                    name: "k", scopes: [.callsRead], mode: .live, prefix: key.hint, digest: key.digest,
                    createdBy: user.id), in: world.tenant)
            #expect(try await APIKeyStore(rows: other).use(digest: key.digest, in: world.other) == nil)
            #expect(
                try await APIKeyStore(rows: bypass.tenant(world.tenant)).use(digest: key.digest, in: world.tenant)
                    != nil)
        }
    }

    @Test func `the service cannot change what stands in the audit log`() async throws {
        try await withTenancy { world in
            for statement in ["UPDATE audit_log SET action = 'x'", "DELETE FROM audit_log", "TRUNCATE audit_log"] {
                await #expect(throws: PostgresError.self) {
                    try await PostgresSession.with(url: world.test.appURL, applicationName: "tests") {
                        try $0.rows("SELECT set_config('app.tenant_id', $1, false)", [world.tenant.description])
                        try $0.rows(statement)
                    }
                }
            }
        }
    }
}
