import Models
import Postgres

/// Puts numbers on a do-not-call list; what waits for them is cancelled in the same transaction.
struct DoNotCallList: Sendable {
    let hashing: SubjectHashing
    /// What a number on the list cancels.
    var steps = RevocationSteps.all

    /// A number that somebody wants on the list.
    struct Wanted: Sendable {
        var subject: ContactSubject
        var reason: DoNotCallReason
        var note: String?
        var expiresAt: Timestamp?
    }

    /// Adds numbers, each among them once; how many are new, and how many contacts were cancelled.
    func add(
        _ wanted: [Wanted], source: String, by user: UserID?, in transaction: Transaction, _ tenant: TenantID
    ) async throws -> (added: Int, cancelled: Int) {
        let hashes = try await hashing.hashes(wanted.map(\.subject), of: tenant, transaction)
        let entries = zip(wanted, hashes).map { one, hash in
            DoNotCallStore.Entry(
                subject: one.subject, hash: hash, reason: one.reason, source: source, note: one.note,
                expiresAt: one.expiresAt, userID: user)
        }
        try await ContactFactsStore.lock(hashes, in: tenant, transaction)
        let new = try await DoNotCallStore.add(entries, in: tenant, transaction)
        var cancelled = 0
        // The platform's list holds for all; its tenant has nothing that waits, and each tenant's decisions ask it.
        guard tenant != .platform else { return (new.count, 0) }
        let waiting = try await RevocationSteps.waiting(
            entries.filter { new.contains($0.hash) }.map(\.subject.address), tenant, transaction)
        for entry in entries where waiting.contains(entry.subject.address) {
            cancelled += try await RevocationSteps.run(
                Revocation(
                    tenant: tenant, subject: entry.subject, channels: [.call, .sms, .whatsapp],
                    reason: .init(
                        .doNotCall, "The number was put on the do-not-call list (\(entry.reason.rawValue)).",
                        rule: "do_not_call/tenant"), at: .now()),
                in: transaction, steps)
        }
        return (new.count, cancelled)
    }
}
