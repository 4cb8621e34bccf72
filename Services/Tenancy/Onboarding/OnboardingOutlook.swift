import Models

/// What there is to do once a tenant has set itself up.
struct OnboardingOutlook: Sendable, Equatable {
    var hasPendingInvitations: Bool
    /// Whether an owner signs in with a password alone.
    var hasBareOwner: Bool
    var hasSingleSignOn: Bool
    var hasDomain: Bool
    var hasSkipped = false
    var hasRecordingPolicy = false

    func steps(features: [Feature]) -> [OnboardingNextStep] {
        OnboardingNextStep.allCases.filter { step in
            switch step {
            case .skippedSteps: hasSkipped
            case .pendingInvitations: hasPendingInvitations
            case .recordingPolicy: !hasRecordingPolicy
            case .secondFactor: hasBareOwner
            case .singleSignOn: features.contains(.singleSignOn) && !hasSingleSignOn
            case .customDomain: features.contains(.customDomain) && !hasDomain
            }
        }
    }
}
