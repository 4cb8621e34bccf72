import HTTP
import JSON
import Models
import Synchronization
import Telemetry
import Testing
import ServiceKit
import Web
import WebTestSupport

@testable import Tenancy

struct OnboardingTests {
    private static let path = "/api/v1/onboarding"

    /// How far calls have come, as a test says.
    private final class Progress: Sendable {
        private let told = Mutex(InternalAPI.CallProgress(newest: nil, analysed: nil))

        func say(_ stage: ProcessingStage) {
            let step = InternalAPI.CallProgress.Step(callID: .make(), stage: stage, startedAt: .now())
            told.withLock {
                $0.newest = step
                if stage == .analysed { $0.analysed = step }
            }
        }

        /// That a connection was heard of.
        func hear() { told.withLock { $0.lastHookAt = .now() } }

        func answer(_ request: HTTPRequest) -> HTTPResponse {
            request.path == "/internal/calls/progress" ? .json(told.withLock { $0 }) : HTTPResponse(status: 404)
        }
    }

    private func settle(
        _ world: TenancyWorld, _ step: OnboardingStep, _ status: OnboardingStatus, at application: HTTPHandler? = nil,
        as caller: TestCaller = .user(.owner)
    ) async throws -> HTTPResponse {
        let request = try world.trust.request(
            .put, "\(Self.path)/steps/\(step.rawValue)", as: caller,
            json: ["status": .string(status.rawValue)] as JSONValue)
        return await (application ?? world.service)(request)
    }

    private func read(_ world: TenancyWorld, at application: HTTPHandler? = nil) async throws -> TenancyAPI.Onboarding {
        try await (application ?? world.service)(
            try world.trust.request(.get, Self.path, as: .user(.admin))
        ).decoded()
    }

    /// The service with somebody to ask about calls.
    private func application(_ world: TenancyWorld, _ calls: Progress) throws -> HTTPHandler {
        guard let base = WebAddress(TestTrust.issuer) else { throw Failure(.internal) }
        let service = try StandInService(world.loop) { calls.answer($0) }
        let routes = OnboardingRoutes(
            database: world.database, links: InvitationLinks(base), calls: service.client(for: .calls))
        return WebApplication(
            loop: world.loop, logger: Logger(service: "tests", level: .error), metrics: Metrics(),
            routes: RouteTable(.tenancy, RouteTable.onboarding(routes)), trust: world.believed
        ).handler
    }

    /// What the gateway delivers out of its inbox.
    private func deliver(
        _ world: TenancyWorld, _ url: String, in tenant: TenantID? = nil, isFromInbox: Bool = true
    ) async throws -> Int {
        let path = "/hooks/" + (url.split(separator: "/hooks/").last ?? "")
        let headers: HTTPHeaders = isFromInbox ? ["X-Switchboard-Hook-Id": HookID.make().description] : [:]
        return try await world.send(.post, path, as: .anonymous, in: tenant, headers: headers, json: ["event": "call"])
            .status
    }

    @Test func `a tenant goes through the six steps, each when the server has found what it asks for`() async throws {
        try await withTenancy { world async throws in
            let calls = Progress()
            let service = try application(world, calls)
            let first = try await read(world, at: service)
            #expect(first.currentStep == .welcome && first.completedAt == nil)
            #expect(first.steps.map(\.step) == OnboardingStep.allCases)
            #expect(first.features.contains(.transcription) && first.instructions.count == 1)
            func status(_ step: OnboardingStep, _ status: OnboardingStatus = .done) async throws -> Int {
                try await settle(world, step, status, at: service).status
            }
            #expect(try await status(.complete) == 409)
            #expect(try await status(.welcome) == 200)

            let chosen = await service(
                try world.trust.request(
                    .put, "\(Self.path)/phone-system", as: .user(.owner),
                    json: ["phone_system": "threecx"] as JSONValue))
            let state: TenancyAPI.Onboarding = try chosen.decoded()
            #expect(state.phoneSystem == .threecx && state.currentStep == .phoneSystem)
            #expect(state.instructions.contains { $0.contains(state.webhook.url) })
            #expect(try await status(.phoneSystem) == 409)
            #expect(try await deliver(world, state.webhook.url) == 204)
            #expect(try await deliver(world, state.webhook.url) == 204)
            let heard = try await read(world, at: service)
            #expect(heard.webhook.receivedAt != nil)
            #expect(heard.steps[1].checks.map(\.isMet) == [true, false])
            #expect(try await status(.phoneSystem) == 200)

            #expect(try await status(.team) == 409)
            let owner = try await world.makeUser("boss@acme.example", .owner)
            _ = try await world.send(
                .post, "/api/v1/invitations", as: .person(owner.id, .owner),
                json: ["email": "ada@acme.example", "role": "agent"])
            #expect(try await status(.team) == 200)

            #expect(try await status(.features) == 409)
            _ = try await world.send(
                .patch, "/api/v1/settings", as: .user(.owner), headers: ["If-Match": "*"], json: [:])
            #expect(try await status(.features) == 200)

            #expect(try await status(.testCall) == 409)
            calls.say(.transcribing)
            #expect(try await read(world, at: service).testCall?.stage == .transcribing)
            #expect(try await status(.testCall) == 409)
            #expect(try await status(.complete) == 409)
            calls.say(.analysed)
            #expect(try await status(.testCall) == 200)
            #expect(try await status(.complete) == 200)
            #expect(try await status(.complete) == 200)
            let last = try await read(world, at: service)
            #expect(last.currentStep == nil && last.completedAt != nil)
            #expect(try await world.audited(.onboardingStepSettled) == 5)
            #expect(try await world.audited(.onboardingCompleted) == 1)
            #expect(try await world.audited(.tenantUpdated) == 1)
        }
    }

    @Test func `a connection to the phone system is shown with its instructions, and its hooks count`() async throws {
        try await withTenancy { world async throws in
            let calls = Progress()
            let service = try application(world, calls)
            for (system, name) in [("threecx", "Old"), ("retell", "Sales agents")] {
                _ = try await world.send(
                    .put, "\(Self.path)/phone-system", as: .user(.owner), json: ["phone_system": .string(system)])
                #expect(try await read(world, at: service).connections.isEmpty)
                let made = try await ConnectionLifeStore(database: world.rows(world.tenant), secrets: world.secrets)
                    .create(
                        .init(provider: system, name: name),
                        ConnectionDraft(provider: try #require(ProviderTable.provider(system))), by: nil,
                        origin: .operator, in: world.tenant
                    ).0
                let shown = try await read(world, at: service)
                #expect(shown.connections.map(\.id) == [made.id] && shown.connections.first?.name == name)
                #expect(
                    shown.connections.first?.hookURL
                        == "http://acme.localhost:8080/hooks/calls/\(system)/\(made.id)")
                #expect(
                    shown.connections.first?.instructionsPath
                        == "/api/v1/calls/connections/\(made.id)/instructions")
            }
            #expect(try await settle(world, .phoneSystem, .done, at: service).status == 409)
            calls.hear()
            let heard = try await read(world, at: service)
            #expect(heard.webhook.receivedAt != nil && heard.steps[1].checks.map(\.isMet) == [true, false])
            #expect(try await settle(world, .phoneSystem, .done, at: service).status == 200)
        }
    }

    @Test func `what there is to do next is told as it is`() async throws {
        try await withTenancy { world async throws in
            // The owner's own invitation is still open; the plan has domains and no single sign-on.
            #expect(try await read(world).nextSteps == [.pendingInvitations, .recordingPolicy, .customDomain])
            let owner = try await world.makeUser("boss@acme.example", .owner)
            _ = try await settle(world, .team, .skipped)
            #expect(
                try await read(world).nextSteps == [
                    .skippedSteps, .pendingInvitations, .recordingPolicy, .secondFactor, .customDomain,
                ])
            try await world.force("UPDATE invitations SET revoked_at = now() WHERE tenant_id = '\(world.tenant)'")
            try await world.force(
                """
                INSERT INTO second_factors (tenant_id, user_id, secret, confirmed_at)
                VALUES ('\(world.tenant)', '\(owner.id)', '', now())
                """)
            world.trust.knowledge.set(Settings.recordingPolicy, .always, of: world.tenant)
            _ = try await settle(world, .team, .open)
            #expect(try await read(world).nextSteps == [.customDomain])
            // Nothing of it is another tenant's.
            let other = try await world.send(.get, Self.path, as: .user(.owner), in: world.other)
            #expect(try other.decoded(TenancyAPI.Onboarding.self).nextSteps.contains(.pendingInvitations))
        }
    }

    @Test func `the order of what is next follows the plan`() {
        let nothing = OnboardingOutlook(
            hasPendingInvitations: false, hasBareOwner: false, hasSingleSignOn: false, hasDomain: false)
        #expect(nothing.steps(features: []) == [.recordingPolicy])
        #expect(nothing.steps(features: Feature.allCases) == [.recordingPolicy, .singleSignOn, .customDomain])
        var whole = nothing
        (whole.hasSingleSignOn, whole.hasDomain, whole.hasRecordingPolicy) = (true, true, true)
        #expect(whole.steps(features: Feature.allCases).isEmpty)
    }

    @Test func `steps are skipped, reopened and gone on with by somebody else`() async throws {
        try await withTenancy { world async throws in
            for step in [OnboardingStep.welcome, .phoneSystem, .team, .features, .testCall] {
                #expect(try await settle(world, step, .skipped).status == 200)
            }
            #expect(try await settle(world, .complete, .skipped).status == 422)
            #expect(try await settle(world, .team, .open).status == 200)
            #expect(try await read(world).currentStep == .team)
            #expect(try await settle(world, .complete, .done).status == 409)
            let done: TenancyAPI.Onboarding = try await settle(world, .team, .skipped, as: .user(.admin)).decoded()
            #expect(done.steps[2].status == .skipped && done.steps[2].settledBy != nil)
            #expect(try await settle(world, .complete, .done).status == 200)
            // The other tenant is where it was.
            let other = try await world.send(.get, Self.path, as: .user(.owner), in: world.other)
            #expect(try other.decoded(TenancyAPI.Onboarding.self).currentStep == .welcome)
        }
    }

    @Test func `without calls the wizard works, and says what cannot be told`() async throws {
        try await withTenancy { world async throws in
            #expect(try await read(world).steps[4].checks.map(\.isMet) == [nil])
            #expect(try await settle(world, .testCall, .done).status == 503)
            #expect(try await settle(world, .testCall, .skipped).status == 200)
            // A tenant without a phone system has none to connect.
            #expect(try await settle(world, .phoneSystem, .done).status == 200)
        }
    }

    @Test func `only the tenant's own address counts, and only out of the inbox`() async throws {
        try await withTenancy { world async throws in
            let url = try await read(world).webhook.url
            #expect(try await deliver(world, url, in: world.other) == 404)
            #expect(try await deliver(world, "/hooks/tenancy/none/\(ConnectionID.make())") == 404)
            #expect(try await deliver(world, url, isFromInbox: false) == 400)
            #expect(try await read(world).webhook.receivedAt == nil)
        }
    }

    @Test func `the wizard is for those who may change settings`() async throws {
        try await withTenancy { world async throws in
            for (caller, reads, writes): (TestCaller, Int, Int) in [
                (.user(.owner), 200, 200), (.user(.admin), 200, 200), (.user(.agent), 403, 403),
                (.apiKey([.settingsRead]), 200, 403), (.apiKey([.settingsWrite]), 403, 200), (.anonymous, 401, 401),
            ] {
                #expect(try await world.send(.get, Self.path, as: caller).status == reads, "\(caller)")
                #expect(try await settle(world, .welcome, .done, as: caller).status == writes, "\(caller)")
            }
            let bad = try await world.send(
                .put, "\(Self.path)/steps/welcome", as: .user(.owner), json: ["status": "finished"])
            #expect(try bad.problem().errors.map(\.pointer) == ["/status"])
            #expect(
                try await world.send(
                    .put, "\(Self.path)/steps/nothing", as: .user(.owner), json: ["status": "done"]
                ).status == 404)
        }
    }

    @Test func `every phone system has its instructions`() {
        for system in PhoneSystem.allCases {
            let told = OnboardingInstructions.of(system, url: "https://acme.example/hooks")
            #expect(!told.isEmpty, "\(system)")
            if system != .none { #expect(told.contains { $0.contains("https://acme.example/hooks") }, "\(system)") }
        }
    }
}
