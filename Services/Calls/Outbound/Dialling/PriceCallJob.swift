import Jobs
import Models
import Postgres

/// Asks a carrier what the ends of a call have cost, some time after it is over.
struct PriceCallJob: Job {
    static let kind = "price_call"
    /// For about two days: carriers rate calls when they come to it.
    static let options = JobOptions(
        maxAttempts: 16, concurrency: 4, perTenant: 2, timeout: .seconds(120),
        backoff: JobBackoff(first: .seconds(60), longest: .seconds(6 * 3_600)))
    private static let delay = Duration.seconds(60)

    var callID: CallID

    static func enqueue(_ id: CallID, in transaction: Transaction) async throws {
        try await JobQueue(transaction).enqueue(PriceCallJob(callID: id), about: id, delay: delay)
    }
}

/// Writes down what carriers charge for calls.
///
/// The end's own row and the account's spending are one transaction, which a tenant's cap for its day may end by taking
/// back what rings and cancelling what is queued.
struct CallPrices: Sendable {
    let database: Database
    let carriers: any CarrierDirectory
    let knowledge: any TenantKnowledge

    /// Does nothing more once every end has its price; what has none on the last attempt stays without.
    func run(_ job: PriceCallJob, isLastAttempt: Bool, in tenant: TenantID) async throws {
        var isMissing = false
        let store = CallPriceStore(rows: database.tenant(tenant), tenant: tenant)
        for end in try await store.unpriced(of: job.callID) {
            do {
                let carrier = try await carriers.carrier(end.connection, in: tenant)
                guard let price = try await carrier.call(end.external).price else {
                    isMissing = true
                    continue
                }
                try await record(price, of: end.id, in: tenant)
            } catch let error as CarrierError {
                // A call or a connection that the carrier does not know any more never gets a price.
                guard error.isRetryable else { continue }
                if isLastAttempt { return }
                throw error.jobFailure
            }
        }
        guard isMissing, !isLastAttempt else { return }
        throw JobFailure("price_unknown", "The carrier has not said yet what the call has cost.")
    }

    private func record(_ price: CarrierPrice, of end: ParticipantID, in tenant: TenantID) async throws {
        let zone = knowledge.tenant(tenant)?.timeZone ?? .utc
        try await database.tenant(tenant).transaction { transaction in
            let store = CallPriceStore(rows: transaction, tenant: tenant)
            guard let noted = try await store.note(price, of: end) else { return }
            try await ContactSpendStore.record(
                price.micros, price.currency, by: noted.agent, for: "call/\(noted.call)/\(end)", on: .call,
                timeZone: zone, in: transaction)
        }
    }
}
