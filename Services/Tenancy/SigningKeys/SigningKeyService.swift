import Auth
import Crypto
import FoundationEssentials
import IO
import JSON
import Models
import Postgres
import Telemetry

/// The keys that sign tokens, opened: made when there is none, replaced every 30 days.
///
/// A successor is stored, and told by the change feed, an hour before it signs. Every loop of every process reads the
/// keys again far more often than that, so all sign with the same one. Confined to its loop.
final class SigningKeyService: @unchecked Sendable {
    /// How often the keys are read again.
    private static let interval = Duration.seconds(600)

    private(set) var keys: SigningKeys
    private let database: Database
    private let secrets: SecretBox?
    private let logger: Logger

    /// Holds no key before `load`.
    init(_ database: Database, _ secrets: SecretBox?, _ logger: Logger) {
        self.database = database
        self.secrets = secrets
        self.logger = logger
        keys = SigningKeys([])
    }

    /// Reads all keys, after making the first one of a new installation.
    static func load(_ database: Database, _ secrets: SecretBox, _ logger: Logger) async throws -> SigningKeyService {
        let ring = SigningKeyService(database, secrets, logger)
        try await ring.refresh(at: .now())
        return ring
    }

    /// Keeps the keys current until the task is cancelled.
    func run(on loop: EventLoop) async {
        while !Task.isCancelled {
            do { try await loop.sleep(for: Self.interval) } catch { return }
            do { try await refresh(at: .now()) } catch {
                // The keys at hand serve for another hour at least.
                logger.warning("Signing keys were not read", [.error("error", error)])
            }
        }
    }

    /// Makes a successor when it is time, forgets keys that nobody needs, and reads what there is.
    func refresh(at now: Timestamp) async throws {
        try await read()
        guard keys.successorDue(at: now) != nil || !keys.retired(at: now).isEmpty else { return }
        if let start = keys.successorDue(at: now) { try await make(from: start) }
        let retired = keys.retired(at: now)
        try await database.transaction { try await SigningKeyStore(rows: $0).delete(retired, in: $0) }
        try await read()
    }

    private func make(from start: Timestamp) async throws {
        guard let secrets else { throw TenancyError.missingEncryptionKeys }
        let key = try Ed25519PrivateKey.make()
        let id = UUID.v7().uuidString.lowercased()
        let sealed = try secrets.seal(key.seed, at: Self.place(of: id))
        let published = JWK(key.publicKey, keyID: id, notBefore: start)
        try await database.transaction { rows in
            try await SigningKeyStore(rows: rows).create(
                id, publicKey: try JSONText(encoding: published), sealedPrivateKey: sealed, activeFrom: start, in: rows)
        }
    }

    private func read() async throws {
        guard let secrets else { throw TenancyError.missingEncryptionKeys }
        keys = SigningKeys(
            try await SigningKeyStore(rows: database).list().map { row in
                let seed = try secrets.open(row.sealedPrivateKey, at: Self.place(of: row.id))
                return SigningKey(keyID: row.id, key: try Ed25519PrivateKey(seed: seed), notBefore: row.activeFrom)
            })
    }

    private static func place(of id: String) -> SecretPlace {
        SecretPlace(tenant: TenantID.platform.jsonText, table: "signing_keys", column: "private_key", row: id)
    }
}
