import FoundationEssentials
import Models

/// How far a tenant has come in setting itself up.
struct Onboarding: Sendable {
    /// A step that is done or skipped.
    struct Settled: Sendable {
        var step: OnboardingStep
        var status: OnboardingStatus
        var at: Timestamp
        var by: UserID?
    }

    var webhookID: UUID
    var webhookReceivedAt: Timestamp?
    var version: Int64
    var startedAt: Timestamp
    var completedAt: Timestamp?
    var settled: [Settled] = []

    func status(of step: OnboardingStep) -> OnboardingStatus {
        settled.first { $0.step == step }?.status ?? .open
    }

    var currentStep: OnboardingStep? { OnboardingStep.allCases.first { status(of: $0) == .open } }

    /// Whether nothing but the end is left.
    var isAllSettled: Bool { OnboardingStep.allCases.allSatisfy { $0 == .complete || status(of: $0) != .open } }
}

extension OnboardingStep {
    /// What has to be so before the step is done; one of them is enough, and none asks for nothing.
    var checks: [OnboardingCheck] {
        switch self {
        case .welcome: []
        case .phoneSystem: [.webhookReceived, .callReceived]
        case .team: [.teamInvited]
        case .features: [.settingsSaved]
        case .testCall: [.callAnalysed]
        case .complete: [.stepsSettled]
        }
    }
}

/// What is so at the moment, of all that steps ask for; nil for what nobody can tell.
struct OnboardingFacts: Sendable {
    /// Whether the address by which the wizard lets a phone system be tried was called.
    var isTriedAddressCalled: Bool
    var teamInvited: Bool
    var settingsSaved: Bool
    var stepsSettled: Bool
    /// Nil while calls does not answer.
    var calls: InternalAPI.CallProgress?
    /// A tenant without a phone system has none to connect.
    var hasPhoneSystem: Bool

    func isMet(_ check: OnboardingCheck) -> Bool? {
        switch check {
        case .webhookReceived: isTriedAddressCalled ? true : calls.map { $0.lastHookAt != nil }
        case .callReceived: calls.map { $0.newest != nil }
        case .teamInvited: teamInvited
        case .settingsSaved: settingsSaved
        case .callAnalysed: calls.map { $0.analysed != nil }
        case .stepsSettled: stepsSettled
        }
    }

    /// Throws 409 with what is missing, or 503 while that cannot be told.
    func require(_ step: OnboardingStep) throws(Failure) {
        let checks = step == .phoneSystem && !hasPhoneSystem ? [] : step.checks
        guard !checks.isEmpty, !checks.contains(where: { isMet($0) == true }) else { return }
        guard checks.allSatisfy({ isMet($0) != nil }) else {
            throw Failure(.unavailable, "Whether a call has come in cannot be told at the moment.")
        }
        throw Failure(.conflict, "Not so yet: \(checks.map(\.rawValue).joined(separator: " or ")).")
    }
}
