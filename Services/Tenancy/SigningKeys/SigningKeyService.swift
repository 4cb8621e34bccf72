import Auth
import Clients
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
/// keys again far more often than that, and when the feed tells of one, so all sign with the same. Confined to its loop.
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
        let key = try draft(from: start)
        try await database.transaction { rows in
            _ = try await SigningKeyStore(rows: rows).create(
                key, unlessAfter: start - SigningKeys.period, in: rows)
        }
    }

    /// A key that nobody knows yet.
    func draft(from start: Timestamp) throws -> SealedSigningKey {
        guard let secrets else { throw TenancyError.missingEncryptionKeys }
        let key = try Ed25519PrivateKey.make()
        let id = UUID.v7().uuidString.lowercased()
        return SealedSigningKey(
            id: id, publicKey: try JSONText(encoding: JWK(key.publicKey, keyID: id, notBefore: start)),
            sealedPrivateKey: try secrets.seal(key.seed, at: Self.place(of: id)), activeFrom: start)
    }

    /// Follows the change feed, which tells of keys that another process or a command has made or withdrawn.
    func follow(_ state: ChangeFeedState, on loop: EventLoop) {
        state.observe { [self] change in
            guard case .signingKey = change else { return }
            _ = loop.spawn { [self] in
                do { try await read() } catch {
                    logger.warning("Signing keys were not read", [.error("error", error)])
                }
            }
        }
    }

    /// Reads what there is, as it is.
    func read() async throws {
        guard let secrets else { throw TenancyError.missingEncryptionKeys }
        keys = SigningKeys(
            try await SigningKeyStore(rows: database).list().map { row in
                let seed = try secrets.open(row.sealedPrivateKey, at: Self.place(of: row.id))
                return SigningKey(keyID: row.id, key: try Ed25519PrivateKey(seed: seed), notBefore: row.activeFrom)
            })
    }

    static func place(of id: String) -> SecretPlace {
        SecretPlace(tenant: TenantID.platform.jsonText, table: "signing_keys", column: "private_key", row: id)
    }
}
