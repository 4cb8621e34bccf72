import Events
import Jobs
import Models
import Postgres

/// Tells the end of a call that nobody answered, once no further part of it has come for a while.
struct SettleEndJob: Job {
    static let kind = "settle_end"
    static let options = JobOptions(
        maxAttempts: 10, concurrency: 8, perTenant: 4, timeout: .seconds(60), backoff: JobBackoff(first: .seconds(1)))

    var callID: CallID
}

/// When the end of a call is told, and what follows from it.
///
/// Phone systems that write a row for each phone that rang write the first one while the others ring: until the last is
/// there nobody knows whether the call was missed. The waiting job is what says that an end is kept back.
struct EndSettling: Sendable {
    /// Longer than a phone rings.
    static let pause = Duration.seconds(60)

    let database: Database

    /// The statements that tell what has happened; an end that is kept back is told later.
    static func follow(_ transition: CallTransition, in transaction: Transaction) async throws -> [SQL] {
        let call = transition.after
        if transition.holdsEnd {
            try await JobQueue(transaction).enqueue(SettleEndJob(callID: call.id), about: call.id, delay: pause)
        }
        return try await statements(transition.events, of: call, in: transaction)
    }

    /// Tells the end as the call stands now; whoever changes the call waits meanwhile.
    func tell(_ id: CallID, in tenant: TenantID) async throws {
        try await database.tenant(tenant).transaction { transaction in
            let call = try await LiveCallStore(transaction: transaction, tenant: tenant).call(id)
            guard let call, call.status.isOver else { return }
            let end = CallTransition(before: nil, after: call).end
            let statements = try await Self.statements(end, of: call, in: transaction)
            _ = try await transaction.batch(statements)
            transaction.notify(Outbox.channel)
        }
    }

    private static func statements(
        _ events: [EventType], of call: Call, in transaction: Transaction
    ) async throws -> [SQL] {
        guard let tenant = transaction.tenant else { return [] }
        return try events.map { try CallEvents.statement($0, of: call, in: tenant) }
            + (try await CallConsequences.follow(call, events, in: transaction))
    }
}
