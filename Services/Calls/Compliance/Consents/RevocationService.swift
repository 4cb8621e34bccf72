import Models
import Postgres

/// Somebody may not be contacted any more, from now on, on some channels.
struct Revocation: Sendable {
    var tenant: TenantID
    /// The number in E.164, or the address of mail in lower case.
    var subject: ContactSubject
    var channels: Set<ContactChannel>
    /// For the record of everything that is cancelled because of it.
    var reason: CallsAPI.ContactReason
    var at: Timestamp
}

/// What happens in the transaction in which somebody says no: what waits for them is cancelled with the reason.
///
/// Whoever queues contacts adds a step here; each tells how many it has cancelled.
enum RevocationSteps {
    typealias Step = @Sendable (Revocation, Transaction) async throws -> Int

    static let all: [Step] = [OutboundCancellation.step]

    /// Which of many numbers have something that waits, for whoever puts a million of them on a list.
    static func waiting(
        _ numbers: [String], _ tenant: TenantID, _ transaction: Transaction
    ) async throws -> Set<String> {
        try await OutboundCancellation.waiting(among: numbers, tenant, transaction)
    }

    /// Runs all of them; how much was cancelled.
    static func run(_ revocation: Revocation, in transaction: Transaction, _ steps: [Step] = all) async throws -> Int {
        var cancelled = 0
        for step in steps { cancelled += try await step(revocation, transaction) }
        return cancelled
    }
}

/// What happens in the transaction in which a tenant stops everything that goes out, or has spent what it may.
///
/// Whoever queues contacts adds a step here; each tells how many it has cancelled.
enum StopSteps {
    typealias Step = @Sendable (TenantID, CallsAPI.ContactReason, Transaction) async throws -> Int

    static let all: [Step] = [OutboundCancellation.stopStep]

    /// Runs all of them; how much was cancelled.
    @discardableResult
    static func run(
        _ tenant: TenantID, _ reason: CallsAPI.ContactReason, in transaction: Transaction, _ steps: [Step] = all
    ) async throws -> Int {
        var cancelled = 0
        for step in steps { cancelled += try await step(tenant, reason, transaction) }
        return cancelled
    }
}
