import FoundationEssentials
import Models
import Postgres

/// What consent and policy cancel of calls, for whoever says so.
enum OutboundCancellation {
    /// What a no to being called cancels.
    static let step: RevocationSteps.Step = { revocation, transaction in
        guard revocation.subject.kind == .phone, revocation.channels.contains(.call) else { return 0 }
        return try await OutboundCancellationStore(transaction: transaction, tenant: revocation.tenant).cancel(
            revocation.subject.address, reason: revocation.reason.code.rawValue)
    }

    /// What cancels calls of a tenant that contacts nobody any more: what rings is taken back.
    ///
    /// A stop by hand is lifted by hand, so what is queued waits for it; what would cost more than the tenant has allowed
    /// is cancelled, and queued again by whoever wants it called all the same.
    static let stopStep: StopSteps.Step = { tenant, reason, transaction in
        let store = OutboundCancellationStore(transaction: transaction, tenant: tenant)
        let queued = reason.code == .spendCap ? try await store.cancelQueue(reason: reason.code.rawValue) : 0
        return try await queued + store.stop(reason: reason.code.rawValue)
    }

    /// Which of the numbers are queued or ring.
    static func waiting(
        among numbers: [String], _ tenant: TenantID, _ transaction: Transaction
    ) async throws -> Set<String> {
        try await OutboundCancellationStore(transaction: transaction, tenant: tenant).waiting(among: numbers)
    }
}

/// Takes back what waits for somebody who must not be called any more, in the transaction that says so.
struct OutboundCancellationStore: Sendable {
    let transaction: Transaction
    let tenant: TenantID

    /// Which of the numbers are queued or ring.
    func waiting(among numbers: [String]) async throws -> Set<String> {
        guard !numbers.isEmpty else { return [] }
        return Set(
            try await transaction.values(
                """
                SELECT number FROM dial_queue
                WHERE tenant_id = \(tenant) AND number = ANY (\(numbers)) AND state IN ('pending', 'claimed')
                UNION
                SELECT address FROM call_participants WHERE tenant_id = \(tenant) AND address = ANY (\(numbers))
                  AND role = 'customer' AND state IN ('planned', 'placing', 'ringing')
                """, as: String.self))
    }

    /// Takes back all calls that nobody has answered; how many there were.
    func stop(reason: String) async throws -> Int {
        try await takeBack(
            try await transaction.values(
                """
                SELECT DISTINCT p.call_id FROM call_participants AS p
                JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
                WHERE p.tenant_id = \(tenant) AND p.role = 'customer' AND c.direction = 'outbound'
                  AND p.state IN ('planned', 'placing', 'ringing')
                """, as: UUID.self), reason: reason)
    }

    /// Cancels what is queued, of one campaign or all, with its retries and the calls that nobody has answered.
    ///
    /// A conversation goes on, and its number comes to its end by itself.
    func cancelQueue(of campaign: CampaignID? = nil, reason: String) async throws -> Int {
        let ringing = try await transaction.values(
            """
            SELECT e.call_id FROM dial_queue AS e
            JOIN calls AS c ON c.tenant_id = e.tenant_id AND c.id = e.call_id
            WHERE e.tenant_id = \(tenant) AND (\(campaign)::uuid IS NULL OR e.campaign_id = \(campaign))
              AND e.state = 'claimed' AND c.answered_at IS NULL AND c.ended_at IS NULL
            """, as: UUID.self)
        let queued = try await transaction.execute(
            """
            WITH gone AS (
                UPDATE dial_queue AS e SET state = 'cancelled', reason = \(reason), leased_until_at = NULL,
                    session_id = NULL, updated_at = now()
                WHERE tenant_id = \(tenant) AND (\(campaign)::uuid IS NULL OR campaign_id = \(campaign))
                  AND (state = 'pending' OR (state = 'claimed' AND NOT EXISTS (
                      SELECT FROM calls AS c WHERE c.tenant_id = e.tenant_id AND c.id = e.call_id
                        AND c.answered_at IS NOT NULL)))
                RETURNING id
            ), retries AS (
                UPDATE call_retries AS retry SET status = 'cancelled', reason = \(reason), updated_at = now()
                FROM gone WHERE retry.tenant_id = \(tenant) AND retry.entry_id = gone.id AND retry.status = 'pending'
            )
            SELECT id FROM gone
            """)
        _ = try await takeBack(ringing, reason: reason)
        return queued
    }

    /// Cancels queued numbers, retries and calls that nobody has answered; how many there were.
    ///
    /// A phone that rings already is hung up by a job of the same transaction; a conversation goes on.
    func cancel(_ number: String, reason: String) async throws -> Int {
        let queued = try await transaction.execute(
            """
            WITH retries AS (
                UPDATE call_retries AS retry SET status = 'cancelled', reason = \(reason), updated_at = now()
                FROM dial_queue AS entry
                WHERE retry.tenant_id = \(tenant) AND retry.status = 'pending' AND entry.tenant_id = \(tenant)
                  AND entry.id = retry.entry_id AND entry.number = \(number)
            )
            UPDATE dial_queue SET state = 'cancelled', reason = \(reason), leased_until_at = NULL, session_id = NULL,
                updated_at = now()
            WHERE tenant_id = \(tenant) AND number = \(number) AND state IN ('pending', 'claimed')
            """)
        let calls = try await transaction.values(
            """
            SELECT DISTINCT p.call_id FROM call_participants AS p
            JOIN calls AS c ON c.tenant_id = p.tenant_id AND c.id = p.call_id
            WHERE p.tenant_id = \(tenant) AND p.address = \(number) AND p.role = 'customer'
              AND p.state IN ('planned', 'placing', 'ringing') AND c.direction = 'outbound'
            """, as: UUID.self)
        return queued + (try await takeBack(calls, reason: reason))
    }

    private func takeBack(_ calls: [UUID], reason: String) async throws -> Int {
        let store = LiveCallStore(transaction: transaction, tenant: tenant)
        for call in calls {
            _ = try await store.change(CallID(call)) { live in
                guard live.call.answeredAt == nil else { return }
                if let customer = live.customer { live.change(customer.id) { $0.reason = reason } }
                live.finish(.cancelled, reason: reason, now: .now())
            }
        }
        return calls.count
    }
}
