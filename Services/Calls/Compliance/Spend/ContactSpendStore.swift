import Models
import Postgres

/// What contacts have cost, and what happens once it is too much.
enum ContactSpendStore {
    /// Writes down what one contact has cost, in millionths of the currency's unit; told twice it counts once.
    ///
    /// A tenant that has spent what it may in its day has everything that waits cancelled in the same transaction;
    /// decisions put off what comes after. True when that has happened.
    @discardableResult
    static func record(
        _ amount: Int64, _ currency: String, by user: UserID?, for reference: String, on channel: ContactChannel,
        at: Timestamp = .now(), timeZone: TimeZoneName, in transaction: Transaction,
        steps: [StopSteps.Step] = StopSteps.all
    ) async throws -> Bool {
        guard let tenant = transaction.tenant else { preconditionFailure("a cost belongs to a tenant") }
        let kept = try await transaction.execute(
            """
            INSERT INTO contact_spend (tenant_id, id, user_id, spent_at, channel, amount, currency, reference)
            VALUES (\(tenant), gen_random_uuid(), \(user), \(at), \(channel.rawValue), \(amount), \(currency), \(reference))
            ON CONFLICT ON CONSTRAINT contact_spend_reference_key DO NOTHING
            """)
        guard kept == 1 else { return false }
        guard let most = try await ContactPolicyStore.find(in: tenant, transaction).policy.spendPerDay else {
            return false
        }
        let spent = try await transaction.value(
            """
            SELECT coalesce(sum(amount), 0)::bigint FROM contact_spend WHERE tenant_id = \(tenant)
              AND spent_at >= date_trunc('day', \(at) AT TIME ZONE \(timeZone.name)) AT TIME ZONE \(timeZone.name)
            """, as: Int64.self)
        guard let spent, spent >= most.amount * 10_000, spent - amount < most.amount * 10_000 else { return false }
        let reason = CallsAPI.ContactReason(
            .spendCap, "What the account spends in a day has reached its limit.", rule: "policy/spend")
        try await StopSteps.run(tenant, reason, in: transaction, steps)
        return true
    }
}
