import Models
import ServiceKit
import Telemetry

/// `tenancy reseal`: seals all secrets with the first key of ENCRYPTION_KEYS; then the others can be taken away.
enum ResealCommand {
    static func run(_ seat: ServiceSeat<TenancyConfiguration>, _ arguments: [String]) async throws -> Int32 {
        guard let secrets = seat.secrets else { throw TenancyError.missingEncryptionKeys }
        let outcome = try await Resealing(database: seat.database, secrets: secrets, logger: seat.logger).run(
            origin: Origin(actor: .operator))
        CommandOutput.write("sealed anew: \(outcome.resealed)")
        guard outcome.unreadable == 0 else {
            return CommandOutput.fail(
                "\(outcome.unreadable) do not open: their key is not among ENCRYPTION_KEYS, so keep all keys that are")
        }
        CommandOutput.write("the first key opens everything; keep the one before for a day, for answers and letters")
        return 0
    }
}
