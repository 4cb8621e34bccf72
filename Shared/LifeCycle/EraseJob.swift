package import Clients
import Events
package import Jobs
package import Models
package import Postgres
import Telemetry

/// Erases a person or a tenant in one service's database, and says so.
package struct EraseJob: Job {
    package static let kind = "erase"
    /// What fails is asked for again by tenancy, so giving up is not for ever.
    package static let options = JobOptions(
        maxAttempts: 8, concurrency: 1, perTenant: 1, timeout: .seconds(3_600),
        backoff: JobBackoff(first: .seconds(2), longest: .seconds(600)))

    package var erasureID: ErasureID
}

/// What a service does of its own when somebody is erased, besides what is the same for all.
package struct ErasureSteps: Sendable {
    /// What a step has done.
    package struct Outcome: Sendable {
        package var erased: [String: Int]
        /// How many things a legal hold keeps.
        package var held: Int
        /// Tables whose rows of the tenant stay, because something in them is held.
        package var kept: [String]

        package init(erased: [String: Int] = [:], held: Int = 0, kept: [String] = []) {
            self.erased = erased
            self.held = held
            self.kept = kept
        }
    }

    /// What goes with a person, such as their calls with the recordings; the pattern finds them in any text.
    package var person: @Sendable (InternalAPI.Erasure, String, TenantDatabase) async throws -> Outcome
    /// What goes before a tenant's rows, such as its blobs.
    package var tenant: @Sendable (TenantDatabase) async throws -> Outcome

    /// Nothing but what is the same for all.
    package static let none = ErasureSteps()

    package init(
        person: @escaping @Sendable (InternalAPI.Erasure, String, TenantDatabase) async throws -> Outcome = {
            _, _, _ in Outcome()
        },
        tenant: @escaping @Sendable (TenantDatabase) async throws -> Outcome = { _ in Outcome() }
    ) {
        self.person = person
        self.tenant = tenant
    }
}

/// Runs erasures in one service's database; each may run twice, and does the second time what is left.
package struct Erasing: Sendable {
    private let database: Database
    private let steps: ErasureSteps

    package init(database: Database, steps: ErasureSteps) {
        self.database = database
        self.steps = steps
    }

    /// Does what tenancy has asked for, and answers by an event.
    package func run(_ run: JobRun, _ job: EraseJob, tenancy: ServiceClient) async throws {
        let erasure: InternalAPI.Erasure
        do {
            erasure = try await tenancy.get(
                "/internal/erasures/\(job.erasureID)", as: InternalAPI.Erasure.self, scope: .init(tenant: run.tenant))
        } catch let failure as Failure where failure.code == .notFound {
            // It is over: another answer was enough.
            return
        }
        let receipt = try await erase(erasure)
        try await database.tenant(run.tenant).transaction { rows in
            try await run.finish(in: rows)
            try await Outbox.publish(.erasureDone, subject: "erasure/\(erasure.id)", data: receipt, in: rows)
        }
        run.logger.info(
            "Erased",
            [
                .string("erasure_id", erasure.id.description), .string("kind", erasure.kind.rawValue),
                .int("count", receipt.erased.values.reduce(0, +)), .int("held", receipt.held),
            ])
    }

    /// Erases whom or what is named; throws when somebody is still to be found afterwards.
    package func erase(_ erasure: InternalAPI.Erasure) async throws -> InternalAPI.ErasureReceipt {
        let rows = database.tenant(erasure.tenantID)
        switch erasure.kind {
        case .tenant:
            let outcome = try await steps.tenant(rows)
            let erased = try await ErasureStore(rows).eraseTenant(keeping: outcome.kept)
            return receipt(erasure, outcome, erased)
        case .person:
            guard let pattern = PersonPattern.make(of: erasure) else { return receipt(erasure, .init(), [:]) }
            let outcome = try await steps.person(erasure, pattern, rows)
            let store = ErasureStore(rows)
            let erased = try await store.erasePerson(pattern, keeping: outcome.kept)
            let left = try await store.findPerson(pattern, keeping: outcome.kept)
            guard left.isEmpty else {
                throw JobFailure(
                    "traces_left", "The person is still named in: \(left.prefix(20).joined(separator: ", ")).")
            }
            return receipt(erasure, outcome, erased)
        }
    }

    private func receipt(
        _ erasure: InternalAPI.Erasure, _ outcome: ErasureSteps.Outcome, _ erased: [String: Int]
    ) -> InternalAPI.ErasureReceipt {
        InternalAPI.ErasureReceipt(
            erasureID: erasure.id, erased: outcome.erased.merging(erased, uniquingKeysWith: +), held: outcome.held)
    }
}
