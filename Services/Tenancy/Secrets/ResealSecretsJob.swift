import Crypto
import Jobs
import Models
import Postgres
import Telemetry

/// Seals with the current key what an earlier one had sealed, so that the earlier one can be taken away.
struct ResealSecretsJob: Job {
    static let kind = "reseal_secrets"
    static let options = JobOptions(maxAttempts: 3, concurrency: 1, perTenant: 1, timeout: .seconds(3_600))
}

/// Walks through all sealed values.
struct Resealing: Sendable {
    /// What a walk has come to.
    struct Outcome: Sendable, Equatable {
        var resealed = 0
        /// Sealed by a key that is not among those of the process, or damaged.
        var unreadable = 0
    }

    private static let rowsPerRound = 500

    let database: Database
    let secrets: SecretBox
    let logger: Logger

    /// Seals anew what the current key has not sealed; a value that does not open stays as it is and is counted.
    func run(origin: Origin) async throws -> Outcome {
        let store = ResealStore(database: database)
        var outcome = Outcome()
        var last: SealedRow?
        while true {
            let rows = try await store.outdated(
                header: secrets.currentHeader, after: last, limit: Self.rowsPerRound)
            for row in rows {
                let place = row.place.place(of: row.row, in: row.tenant)
                do {
                    let sealed = try secrets.seal(try secrets.open(row.sealed, at: place), at: place)
                    if try await store.replace(row, with: sealed) { outcome.resealed += 1 }
                } catch let error as CryptoError {
                    outcome.unreadable += 1
                    logger.error(
                        "A sealed value does not open",
                        [.string("place", row.place.rawValue), .string("row", row.row), .error("error", error)])
                }
            }
            last = rows.last
            if rows.count < Self.rowsPerRound { break }
        }
        if outcome.resealed > 0 { try await store.note(outcome.resealed, origin: origin) }
        return outcome
    }
}
