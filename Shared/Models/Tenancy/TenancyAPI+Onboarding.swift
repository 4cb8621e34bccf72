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
    /// The wizard's own address, or that of a connection, was called from outside.
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

/// What a tenant that is set up may do next, in the order in which it is shown.
package enum OnboardingNextStep: String, Codable, CaseIterable, Sendable {
    /// A step of the wizard was skipped.
    case skippedSteps = "skipped_steps"
    /// Somebody was invited and has not come.
    case pendingInvitations = "pending_invitations"
    /// Nobody of the tenant has said how calls are recorded.
    case recordingPolicy = "recording_policy"
    /// An owner signs in with a password alone.
    case secondFactor = "second_factor"
    /// The plan has it, and it is not set up.
    case singleSignOn = "single_sign_on"
    /// The plan has it, and no domain is verified.
    case customDomain = "custom_domain"
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
        /// The tenant's connections to its phone system: where there is one, its own instructions and test are the way.
        package var connections: [OnboardingConnection]
        /// What the tenant's plan lets it use.
        package var features: [Feature]
        /// The newest call; null when there is none, or when nobody can tell at the moment.
        package var testCall: InternalAPI.CallProgress.Step?
        package var steps: [OnboardingStepState]
        package var nextSteps: [OnboardingNextStep]
        package var startedAt: Timestamp
        package var completedAt: Timestamp?

        package init(
            currentStep: OnboardingStep?, phoneSystem: PhoneSystem, instructions: [String], webhook: OnboardingWebhook,
            connections: [OnboardingConnection], features: [Feature], testCall: InternalAPI.CallProgress.Step?,
            steps: [OnboardingStepState],
            nextSteps: [OnboardingNextStep], startedAt: Timestamp, completedAt: Timestamp?
        ) {
            self.currentStep = currentStep
            self.phoneSystem = phoneSystem
            self.instructions = instructions
            self.webhook = webhook
            self.connections = connections
            self.features = features
            self.testCall = testCall
            self.steps = steps
            self.nextSteps = nextSteps
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

    /// A connection by which calls come in.
    package struct OnboardingConnection: Codable, Sendable {
        package var id: ConnectionID
        package var name: String
        /// What the phone system is to call.
        package var hookURL: String
        /// What is to be done in the phone system, step by step.
        package var instructionsPath: String
        /// Tries the whole way of a hook, and leaves nothing.
        package var testPath: String

        package init(id: ConnectionID, name: String, hookURL: String, instructionsPath: String, testPath: String) {
            self.id = id
            self.name = name
            self.hookURL = hookURL
            self.instructionsPath = instructionsPath
            self.testPath = testPath
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
