import Models
import Postgres

@testable import Calls

extension Timestamp {
    /// An instant out of a text that a test has written.
    static func at(_ text: String) -> Timestamp { Timestamp(rfc3339: text) ?? .now() }
}

extension ContactQuestion {
    /// A machine's call to sell something, at noon of a Tuesday in New York, by a tenant of the United States.
    static func sample(
        _ number: String = "+12125550123", _ channel: ContactChannel = .call, for purpose: ContactPurpose = .marketing,
        isAutomated: Bool = true, by user: UserID? = nil, known: CalleePlace.Known = .init(), country: String = "US",
        at: String = "2026-11-24T17:00:00Z"
    ) -> ContactQuestion {
        ContactQuestion(
            channel, number, for: purpose, isAutomated: isAutomated, by: user, known: known, country: country,
            timeZone: TimeZoneName(unchecked: "America/New_York"), at: .at(at))
    }
}

extension ContactGate {
    /// Decides in a transaction of its own.
    func decide(_ question: ContactQuestion, for tenant: TenantID, _ database: Database) async throws
        -> ContactDecision
    {
        try await database.tenant(tenant).transaction { try await decide(question, in: $0) }
    }
}
