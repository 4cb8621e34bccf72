/// The six steps of the wizard, in their order.
package enum OnboardingStep: String, Codable, CaseIterable, Sendable {
    case welcome
    case phoneSystem = "phone_system"
    case team, features
    case testCall = "test_call"
    case complete
}

/// Where a step of the wizard is.
package enum OnboardingStatus: String, Codable, CaseIterable, Sendable {
    case open, done, skipped
}

/// A fact that the server looks at before a step is done.
package enum OnboardingCheck: String, Codable, CaseIterable, Sendable {
    /// The tenant's webhook address was called from outside.
    case webhookReceived = "webhook_received"
    /// A call has come in.
    case callReceived = "call_received"
    /// Somebody besides the first owner is there or invited.
    case teamInvited = "team_invited"
    /// Somebody has saved the tenant's settings.
    case settingsSaved = "settings_saved"
    /// A call was written down and analysed.
    case callAnalysed = "call_analysed"
    /// All other steps are done or skipped.
    case stepsSettled = "steps_settled"
}

extension TenancyAPI {
    /// How far a tenant has come in setting itself up.
    package struct Onboarding: Codable, Sendable {
        /// The first step that is open; null when none is.
        package var currentStep: OnboardingStep?
        package var phoneSystem: PhoneSystem
        /// What to do in the phone system, one sentence a step.
        package var instructions: [String]
        package var webhook: OnboardingWebhook
        /// What the tenant's plan lets it use.
        package var features: [Feature]
        /// The newest call; null when there is none, or when nobody can tell at the moment.
        package var testCall: InternalAPI.CallProgress.Step?
        package var steps: [OnboardingStepState]
        package var startedAt: Timestamp
        package var completedAt: Timestamp?

        package init(
            currentStep: OnboardingStep?, phoneSystem: PhoneSystem, instructions: [String], webhook: OnboardingWebhook,
            features: [Feature], testCall: InternalAPI.CallProgress.Step?, steps: [OnboardingStepState],
            startedAt: Timestamp, completedAt: Timestamp?
        ) {
            self.currentStep = currentStep
            self.phoneSystem = phoneSystem
            self.instructions = instructions
            self.webhook = webhook
            self.features = features
            self.testCall = testCall
            self.steps = steps
            self.startedAt = startedAt
            self.completedAt = completedAt
        }
    }

    /// The address that a phone system is given to try; a POST of anything counts.
    package struct OnboardingWebhook: Codable, Sendable {
        package var url: String
        package var receivedAt: Timestamp?

        package init(url: String, receivedAt: Timestamp?) {
            self.url = url
            self.receivedAt = receivedAt
        }
    }

    /// One step of the wizard.
    package struct OnboardingStepState: Codable, Sendable {
        package var step: OnboardingStep
        package var status: OnboardingStatus
        package var settledAt: Timestamp?
        package var settledBy: UserID?
        /// What the server looks at; one that is met is enough.
        package var checks: [OnboardingCheckState]

        package init(
            step: OnboardingStep, status: OnboardingStatus, settledAt: Timestamp?, settledBy: UserID?,
            checks: [OnboardingCheckState]
        ) {
            self.step = step
            self.status = status
            self.settledAt = settledAt
            self.settledBy = settledBy
            self.checks = checks
        }
    }

    /// One fact as it is now.
    package struct OnboardingCheckState: Codable, Sendable {
        package var check: OnboardingCheck
        /// Null while nobody can tell.
        package var isMet: Bool?

        package init(check: OnboardingCheck, isMet: Bool?) {
            self.check = check
            self.isMet = isMet
        }
    }

    /// `PUT /api/v1/onboarding/steps/{step}`.
    package struct SettleOnboardingStep: Codable, Sendable {
        package var status: OnboardingStatus
    }

    /// `PUT /api/v1/onboarding/phone-system`.
    package struct ChoosePhoneSystem: Codable, Sendable {
        package var phoneSystem: PhoneSystem
    }
}
