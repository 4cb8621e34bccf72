import Models
import ServiceKit
import Telemetry

/// `tenancy rotate-signing-key`: the next key that signs tokens, before its time; with an id that one is withdrawn at once.
enum RotateSigningKeyCommand {
    static func run(_ seat: ServiceSeat<TenancyConfiguration>, _ arguments: [String]) async throws -> Int32 {
        guard let secrets = seat.secrets else { throw TenancyError.missingEncryptionKeys }
        guard arguments.count <= 1 else { return CommandOutput.fail("usage: tenancy rotate-signing-key [ID]") }
        let ring = try await SigningKeyService.load(seat.database, secrets, seat.logger)
        let life = SigningKeyLifeStore(database: seat.database, ring: ring)
        let origin = Origin(actor: .operator)
        if let id = arguments.first {
            guard try await life.withdraw(id, at: .now(), origin: origin) else {
                return CommandOutput.fail("there is no such key")
            }
            CommandOutput.write("withdrawn; its tokens are void")
        } else {
            let isMade = try await life.rotate(at: .now(), origin: origin)
            CommandOutput.write(isMade ? "made the next key; it signs in an hour" : "the next key waits already")
        }
        try await ChangeStore(rows: seat.database).announce()
        return 0
    }
}
