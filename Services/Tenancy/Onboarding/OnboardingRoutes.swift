import Auth
import Clients
import FoundationEssentials
import Models
import Postgres
import Telemetry
import Web

/// The wizard by which a new tenant sets itself up; whoever may change settings goes on where another has stopped.
struct OnboardingRoutes: Sendable {
    let database: Database
    let links: InvitationLinks
    /// Nil where nobody is asked.
    let calls: ServiceClient?

    struct Step: Codable, Sendable {
        var step: OnboardingStep
    }

    func get(_ context: RequestContext) async throws -> OK<TenancyAPI.Onboarding> { try await answer(context) }

    func settle(
        _ context: RequestContext, _ path: Path<Step>, _ body: Body<TenancyAPI.SettleOnboardingStep>
    ) async throws -> OK<TenancyAPI.Onboarding> {
        let step = path.value.step
        guard step != .complete || body.value.status != .skipped else {
            throw Failure.invalid("/status", "not_allowed", "the last step is done or open")
        }
        let rows = context.database(database)
        let state = try await OnboardingStore(rows: rows).begin(in: context.tenant)
        try await OnboardingLifeStore(database: rows).settle(
            step, body.value.status, facts: try await facts(state, try await tenant(context), context),
            by: context.principal?.user?.userID, origin: try context.origin(), in: context.tenant)
        return try await answer(context)
    }

    func choose(
        _ context: RequestContext, _ body: Body<TenancyAPI.ChoosePhoneSystem>
    ) async throws -> OK<TenancyAPI.Onboarding> {
        try await OnboardingLifeStore(database: context.database(database)).choose(
            body.value.phoneSystem, origin: try context.origin(), in: context.tenant)
        return try await answer(context)
    }

    /// What a phone system sends to the tenant's address, by way of the gateway's inbox; again changes nothing.
    func takeWebhook(_ context: RequestContext, _ hook: ProviderHook) async throws -> NoContent {
        guard hook.id != nil else { throw Failure(.badRequest, "The hook did not come out of the inbox.") }
        let isKnown = try await OnboardingStore(rows: context.database(database)).noteWebhook(
            hook.connection.uuid, in: context.tenant)
        guard isKnown else { throw Failure(.notFound) }
        return NoContent()
    }

    private func tenant(_ context: RequestContext) async throws -> Tenant {
        guard let tenant = try await TenantStore(rows: context.database(database)).find(context.tenant) else {
            throw Failure(.notFound)
        }
        return tenant
    }

    private func answer(_ context: RequestContext) async throws -> OK<TenancyAPI.Onboarding> {
        let state = try await OnboardingStore(rows: context.database(database)).begin(in: context.tenant)
        let tenant = try await tenant(context)
        let facts = try await facts(state, tenant, context)
        let features = context.knowledge.entitlements(of: context.tenant)?.features ?? []
        let url = links.page(
            "hooks/tenancy/\(tenant.phoneSystem.rawValue)/\(ConnectionID(state.webhookID))", subdomain: tenant.subdomain
        )
        return OK(
            TenancyAPI.Onboarding(
                currentStep: state.currentStep, phoneSystem: tenant.phoneSystem,
                instructions: OnboardingInstructions.of(tenant.phoneSystem, url: url),
                webhook: TenancyAPI.OnboardingWebhook(
                    url: url, receivedAt: [state.webhookReceivedAt, facts.calls?.lastHookAt].compactMap { $0 }.max()),
                connections: try await connections(tenant, context),
                features: features,
                testCall: facts.calls?.newest, steps: OnboardingStep.allCases.map { state.wire($0, facts) },
                nextSteps: try await nextSteps(state, features: features, context),
                startedAt: state.startedAt, completedAt: state.completedAt))
    }

    private func facts(
        _ state: Onboarding, _ tenant: Tenant, _ context: RequestContext
    ) async throws -> OnboardingFacts {
        let own = try await OnboardingStore(rows: context.database(database)).facts(of: context.tenant)
        return OnboardingFacts(
            isTriedAddressCalled: state.webhookReceivedAt != nil, teamInvited: own.teamInvited,
            settingsSaved: own.settingsSaved, stepsSettled: state.isAllSettled,
            calls: await context.ask(calls, "/internal/calls/progress", of: context.tenant),
            hasPhoneSystem: tenant.phoneSystem != .none)
    }

    private func nextSteps(
        _ state: Onboarding, features: [Feature], _ context: RequestContext
    ) async throws -> [OnboardingNextStep] {
        let store = OnboardingStore(rows: context.database(database))
        guard var open = try await store.nextSteps(in: context.tenant) else { throw Failure(.notFound) }
        open.hasSkipped = state.settled.contains { $0.status == .skipped }
        open.hasRecordingPolicy = context.settings.resolve(Settings.recordingPolicy.setting).source == .tenant
        return open.steps(features: features)
    }

    /// The tenant's accounts at its phone system, which have instructions and a test of their own.
    private func connections(
        _ tenant: Tenant, _ context: RequestContext
    ) async throws -> [TenancyAPI.OnboardingConnection] {
        let found = try await ConnectionStore(rows: context.database(database)).list(
            ConnectionFilter(provider: tenant.phoneSystem.rawValue), .all(Connection.most), in: tenant.id)
        return found.filter(\.isEnabled).map { connection in
            let path = "/api/v1/calls/connections/\(connection.id)"
            return TenancyAPI.OnboardingConnection(
                id: connection.id, name: connection.name,
                hookURL: links.page(connection.hookPath, subdomain: tenant.subdomain),
                instructionsPath: "\(path)/instructions", testPath: "\(path)/test")
        }
    }
}

extension Onboarding {
    fileprivate func wire(_ step: OnboardingStep, _ facts: OnboardingFacts) -> TenancyAPI.OnboardingStepState {
        let found = settled.first { $0.step == step }
        return TenancyAPI.OnboardingStepState(
            step: step, status: found?.status ?? .open, settledAt: found?.at, settledBy: found?.by,
            checks: step.checks.map { TenancyAPI.OnboardingCheckState(check: $0, isMet: facts.isMet($0)) })
    }
}
