/// What a tenant's plan allows; owned by tenancy, set by billing, known to every process by the change feed.
package struct Entitlements: Codable, Sendable, Hashable {
    package var plan: Plan
    package var features: [Feature]
    package var seats: Int
    package var requestsPerSecond: Int
    package var burst: Int
    package var concurrency: Int
    package var storageBytes: Int64
    package var minutesPerMonth: Int

    package init(
        plan: Plan, features: [Feature], seats: Int, requestsPerSecond: Int, burst: Int, concurrency: Int,
        storageBytes: Int64,
        minutesPerMonth: Int
    ) {
        self.plan = plan
        self.features = features
        self.seats = seats
        self.requestsPerSecond = requestsPerSecond
        self.burst = burst
        self.concurrency = concurrency
        self.storageBytes = storageBytes
        self.minutesPerMonth = minutesPerMonth
    }

    /// What a tenant has until billing says otherwise.
    package static func seed(for plan: Plan) -> Entitlements {
        switch plan {
        case .starter:
            Entitlements(
                plan: plan, features: [.transcription, .analysis], seats: 5, requestsPerSecond: 100, burst: 200,
                concurrency: 50, storageBytes: 50 << 30, minutesPerMonth: 5_000)
        case .growth:
            Entitlements(
                plan: plan, features: [.transcription, .analysis, .dialer, .customDomain], seats: 25,
                requestsPerSecond: 300, burst: 600, concurrency: 150, storageBytes: 500 << 30, minutesPerMonth: 50_000)
        case .enterprise:
            Entitlements(
                plan: plan, features: Feature.allCases, seats: 1_000, requestsPerSecond: 1_000, burst: 2_000,
                concurrency: 500, storageBytes: 5 << 40, minutesPerMonth: 1_000_000)
        }
    }
}

/// The plans that exist from the first start.
package enum Plan: String, Codable, CaseIterable, Sendable {
    case starter, growth, enterprise
}

/// A part of the product that a plan, the platform and the tenant can each switch.
package enum Feature: String, Codable, CaseIterable, Sendable {
    case transcription, analysis, dialer
    case customDomain = "custom_domain"
    case singleSignOn = "single_sign_on"
}
