import HTTP
import JSON
import Models
import Testing
import Web
import WebTestSupport

@testable import Tenancy

struct SettingsTests {
    private static let own = "/api/v1/settings/own"
    private static let ofTenant = "/api/v1/settings"
    private static let ofPlatform = "/api/v1/platform/settings"

    private func read(
        _ world: TenancyWorld, _ path: String = ofTenant, as caller: TestCaller = .user(.owner),
        in tenant: TenantID? = nil
    ) async throws -> (tag: String, settings: [String: TenancyAPI.EffectiveSetting]) {
        let response = try await world.send(.get, path, as: caller, in: tenant)
        let found: TenancyAPI.EffectiveSettings = try response.decoded()
        return (
            try #require(response.headers["ETag"]),
            Dictionary(found.settings.map { ($0.name, $0) }) { first, _ in first }
        )
    }

    private func patch(
        _ world: TenancyWorld, _ body: JSONValue, _ path: String = ofTenant, as caller: TestCaller = .user(.owner),
        in tenant: TenantID? = nil, match: String? = "*"
    ) async throws -> HTTPResponse {
        try await world.send(
            .patch, path, as: caller, in: tenant, headers: match.map { ["If-Match": $0] } ?? [:], json: body)
    }

    @Test func `every setting has a name, a default of its own type, and is found by its name`() {
        #expect(Set(Settings.all.map(\.name)).count == Settings.all.count)
        for setting in Settings.all {
            #expect(setting.type.fault(of: setting.fallback) == nil, "\(setting.name)")
            #expect(Settings.named(setting.name) == setting)
            #expect(!setting.levels.isEmpty && setting.levels.contains(.platform), "\(setting.name)")
            #expect(!setting.help.isEmpty && !setting.title.isEmpty)
        }
        #expect(EffectiveSettings()[Settings.sessionTimeoutHours] == 4)
        #expect(EffectiveSettings()[Settings.callRetryHours] == [2, 24, 24])
    }

    @Test func `what is nearer holds, and what the catalogue does not take is passed over`() {
        let key = Settings.appearance
        let name = key.setting.name
        var settings = EffectiveSettings(platform: [name: "dark"])
        #expect(settings[key] == .dark && settings.resolve(key.setting).source == .platform)
        settings = settings.with(tenant: [name: "light"])
        #expect(settings[key] == .light && settings.resolve(key.setting).source == .tenant)
        settings = settings.with(user: [name: "system"])
        #expect(settings[key] == .system && settings.resolve(key.setting).source == .user)
        settings = settings.with(user: [name: "neon"])
        #expect(settings[key] == .light)
        // A person does not set how long sessions last.
        #expect(EffectiveSettings(user: ["session_timeout_hours": 1])[Settings.sessionTimeoutHours] == 4)
        #expect(EffectiveSettings(tenant: ["session_timeout_hours": 0])[Settings.sessionTimeoutHours] == 4)
        #expect(EffectiveSettings(tenant: ["bin_days": "x"]).chosen(Settings.binDays) == nil)
        #expect(EffectiveSettings(platform: ["bin_days": 7]).chosen(Settings.binDays) == 7)
    }

    @Test func `what the platform switches off of the parts of an analysis nobody switches on`() throws {
        let key = try #require(Settings.analysisFeatures[.emotions])
        let name = key.setting.name
        #expect(EffectiveSettings().analysisFeatures == Set(AnalysisFeature.allCases))
        let off = EffectiveSettings(platform: [name: false], tenant: [name: true])
        #expect(!off[key] && off.resolve(key.setting).source == .platform)
        #expect(off.analysisFeatures == Set(AnalysisFeature.allCases).subtracting([.emotions]))
        let own = EffectiveSettings(platform: [name: true], tenant: [name: false])
        #expect(!own[key] && own.resolve(key.setting).source == .tenant)
        // Other settings go by what is nearer.
        #expect(
            EffectiveSettings(platform: ["transcribe_calls": false], tenant: ["transcribe_calls": true])[
                Settings.transcribesCalls])
    }

    @Test func `a tenant sets, sees from where each value comes, and goes back to what is inherited`() async throws {
        try await withTenancy { world in
            let (tag, before) = try await read(world)
            #expect(before["bin_days"]?.value == 30 && before["bin_days"]?.source == .default)
            #expect(before["language"]?.source == .default)
            let position = try await world.newestChange()
            let body: JSONValue = ["bin_days": 7, "language": "de", "call_retry_hours": [1, 2]]
            let changed = try await patch(world, body, match: tag)
            #expect(changed.status == 200)
            let (other, after) = try await read(world)
            #expect(changed.headers["ETag"] == other && other != tag)
            #expect(after["bin_days"]?.value == 7 && after["bin_days"]?.source == .tenant)
            #expect(after["bin_days"]?.inherited == 30)
            #expect(after["language"]?.value == "de" && after["call_retry_hours"]?.value == [1, 2])
            #expect(try await TenantStore(rows: world.rows(world.tenant)).find(world.tenant)?.language == "de")
            let told = try await world.changes(after: position)
            #expect(told.map(\.kind) == [.settings] && told[0].key == world.tenant.jsonText)
            let value = try #require(told[0].value).decode(ChangeFeedAPI.SettingsValue.self)
            #expect(EffectiveSettings(tenant: value.overrides)[Settings.binDays] == 7)
            #expect(EffectiveSettings(tenant: value.overrides)[Settings.language] == "de")
            // The other tenant has none of it.
            #expect(try await read(world, in: world.other).settings["bin_days"]?.value == 30)

            #expect(try await patch(world, body, match: tag).status == 412)
            #expect(try await patch(world, body, match: nil).status == 428)
            #expect(try await patch(world, ["bin_days": nil, "language": nil]).status == 200)
            let last = try await read(world).settings
            #expect(last["bin_days"]?.source == .default && last["language"]?.value == "en")
            #expect(last["language"]?.source == .default && last["call_retry_hours"]?.source == .tenant)
            #expect(try await world.audited(.settingsChanged) == 2)
            let log = try await AuditStore(rows: world.rows(world.tenant)).list(
                AuditFilter(action: "settings.changed", subject: nil), .newest, in: world.tenant)
            let entry = try #require(log.last)
            #expect(try entry.before?.decode(JSONValue.self)["bin_days"] == .null)
            #expect(try entry.after?.decode(JSONValue.self)["bin_days"] == 7)
        }
    }

    @Test func `the snapshot of the feed has what a tenant has set, and the platform's under its own id`() async throws
    {
        try await withTenancy { world in
            try await world.makePlatform()
            #expect(try await patch(world, ["visibility": "organisation", "time_zone": "Asia/Bangkok"]).status == 200)
            let admin = TestCaller.user(.superAdmin)
            #expect(
                try await patch(world, ["session_timeout_hours": 12], Self.ofPlatform, as: admin, in: .platform).status
                    == 200)
            let snapshot = try await ChangeStore(rows: world.database).snapshot()
            func overrides(_ id: TenantID) throws -> SettingOverrides {
                let row = try #require(snapshot.first { $0.kind == .settings && $0.key == id.jsonText })
                return try #require(row.value).decode(ChangeFeedAPI.SettingsValue.self).overrides
            }
            #expect(try overrides(world.tenant)["visibility"] == "organisation")
            #expect(try overrides(world.tenant)["time_zone"] == "Asia/Bangkok")
            #expect(try overrides(world.other)["visibility"] == nil)
            #expect(try overrides(.platform)["session_timeout_hours"] == 12)
            let zone = snapshot.first { $0.kind == .tenant && $0.key == world.tenant.jsonText }
            #expect(try zone?.value?.decode(ChangeFeedAPI.TenantValue.self).timeZone.name == "Asia/Bangkok")
            #expect(try await world.audited(.settingsChanged, in: .platform) == 1)
        }
    }

    @Test func `what the platform sets holds for tenants that have set nothing, and their tags change with it`()
        async throws
    {
        try await withTenancy { world in
            let tag = try await read(world).tag
            world.trust.knowledge.set(Settings.sessionTimeoutHours, 12, of: .platform)
            let (other, settings) = try await read(world)
            #expect(settings["session_timeout_hours"]?.value == 12)
            #expect(settings["session_timeout_hours"]?.source == .platform && other != tag)
            // The row is the same, so whoever has read it before may still write.
            #expect(try await patch(world, ["session_timeout_hours": 2], match: tag).status == 200)
            #expect(try await read(world).settings["session_timeout_hours"]?.inherited == 12)
        }
    }

    @Test func `a person sets what is their own over what the tenant has`() async throws {
        try await withTenancy { world in
            let user = try await world.makeUser("a@acme.example")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn("a@acme.example").decoded()
            let headers: HTTPHeaders = ["Authorization": "Bearer \(signedIn.accessToken)", "If-Match": "*"]
            func patch(_ body: JSONValue) async throws -> HTTPResponse {
                try await world.send(.patch, Self.own, as: .anonymous, headers: headers, json: body)
            }
            let response = try await patch(["language": "th", "appearance": "dark", "time_zone": "Asia/Bangkok"])
            let settings: TenancyAPI.EffectiveSettings = try response.decoded()
            #expect(settings.level == .user)
            #expect(settings.settings.map(\.name) == ["language", "time_zone", "appearance"])
            #expect(settings.settings.map(\.source) == [.user, .user, .user])
            let row = try await UserStore(rows: world.rows(world.tenant)).find(user.id, in: world.tenant)
            #expect(row?.language == "th" && row?.timeZone == "Asia/Bangkok")
            #expect(try await patch(["language": nil]).status == 200)
            let back = try await world.send(.get, Self.own, token: signedIn.accessToken)
            #expect(try back.decoded(TenancyAPI.EffectiveSettings.self).settings[0].source == .default)
            #expect(try await patch(["bin_days": 3]).problem().errors.map(\.pointer) == ["/bin_days"])
            #expect(try await world.audited(.settingsChanged) == 2)
        }
    }

    @Test func `every bad field is named`() async throws {
        try await withTenancy { world in
            let response = try await patch(
                world,
                [
                    "bin_days": 0, "visibility": "all", "transcribe_calls": "yes", "call_retry_hours": [],
                    "language": "deutsch?", "country": "usa", "time_zone": 3, "no/such~thing": 1,
                    "session_timeout_hours": 2.5,
                ])
            #expect(response.status == 422)
            #expect(
                Set(try response.problem().errors.map(\.pointer)) == [
                    "/bin_days", "/visibility", "/transcribe_calls", "/call_retry_hours", "/language", "/country",
                    "/time_zone", "/no~1such~0thing", "/session_timeout_hours",
                ])
            #expect(try await patch(world, ["time_zone": "Europe/Atlantis"]).status == 422)
            #expect(try await world.audited(.settingsChanged) == 0)
        }
    }

    @Test func `each kind of caller sets what is theirs and nothing else`() async throws {
        try await withTenancy { world in
            try await world.makePlatform()
            let usual: JSONValue = ["visibility": "organisation"]
            let ofOwners: JSONValue = ["bin_days": 3, "visibility": "own"]
            for (caller, first, second): (TestCaller, Int, Int) in [
                (.user(.owner), 200, 200), (.user(.admin), 200, 403), (.user(.agent), 403, 403),
                (.apiKey([.settingsWrite]), 200, 403), (.apiKey([.settingsRead]), 403, 403), (.anonymous, 401, 401),
                (.impersonating(.owner), 200, 200),
            ] {
                #expect(try await patch(world, usual, as: caller).status == first, "\(caller)")
                let response = try await patch(world, ofOwners, as: caller)
                #expect(response.status == second, "\(caller)")
                if first == 200, second == 403 {
                    #expect(try response.problem().errors.map(\.pointer) == ["/bin_days"])
                }
            }
            #expect(try await world.send(.get, Self.ofTenant, as: .user(.agent)).status == 403)
            let schema = try await world.send(.get, "/api/v1/settings/schema", as: .user(.agent))
            let described = try schema.decoded(TenancyAPI.SettingsSchema.self).settings
            #expect(described.count == Settings.all.count)
            let retries = try #require(described.first { $0.name == "call_retry_hours" })
            #expect(retries.type == .integers && retries.maximumCount == 10 && retries.unit == .hours)
            #expect(try await patch(world, usual, Self.ofPlatform, as: .user(.owner)).status == 404)
            let admin = TestCaller.user(.superAdmin)
            #expect(try await patch(world, ["bin_days": 3], Self.ofPlatform, as: admin, in: .platform).status == 200)
        }
    }

    @Test func `of changes of one version at once one is made`() async throws {
        try await withTenancy { world in
            let tag = try await read(world).tag
            let statuses = try await world.together(5) { number in
                try await patch(world, ["bin_days": .int(Int64(number + 1))], match: tag).status
            }
            #expect(statuses.sorted() == [200, 412, 412, 412, 412])
        }
    }

    @Test func `a session that was idle for longer than the tenant allows is over, as it is set now`() async throws {
        try await withTenancy { world in
            try await world.makeUser("a@acme.example")
            let signedIn: TenancyAPI.SignedIn = try await world.signIn("a@acme.example").decoded()
            let token = try #require(signedIn.refreshToken)
            try await world.force("UPDATE sessions SET last_used_at = now() - interval '241 minutes'")
            let listed = try await world.send(.get, "/api/v1/auth/sessions", token: signedIn.accessToken)
            #expect(try listed.decoded(Page<TenancyAPI.Session>.self).data.isEmpty)
            #expect(try await world.refresh(token).problem().code == "invalid_token")
            world.trust.knowledge.set(Settings.sessionTimeoutHours, 5, of: world.tenant)
            let renewed: TenancyAPI.SignedIn = try await world.refresh(token).decoded()
            let next = try #require(renewed.refreshToken)
            try await world.force("UPDATE sessions SET last_used_at = now() - interval '61 minutes'")
            world.trust.knowledge.set(Settings.sessionTimeoutHours, 1, of: world.tenant)
            #expect(try await world.refresh(next).status == 401)
        }
    }
}
