import Crypto
import Models
import Postgres
import Synchronization
import Telemetry

/// Hashes numbers and addresses by a key of their tenant, so that a list of them tells nothing without it.
///
/// The keys stand sealed in the database and are remembered unsealed for as long as the process runs.
final class SubjectHashing: Sendable {
    private static let mostRemembered = 10_000

    /// Nil where nothing is hashed, as when the API's document is written.
    let secrets: SecretBox?
    private let remembered = Mutex<[TenantID: Secret<[UInt8]>]>([:])

    init(secrets: SecretBox?) { self.secrets = secrets }

    /// The keyed hash of a subject, for the rows of a tenant.
    func hash(
        _ subject: ContactSubject, of tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> [UInt8] {
        let key = try await key(of: tenant, database)
        return Self.hash(subject, key)
    }

    /// The hashes of many subjects, in their order.
    func hashes(
        _ subjects: [ContactSubject], of tenant: TenantID, _ database: some SQLExecutor
    ) async throws -> [[UInt8]] {
        let key = try await key(of: tenant, database)
        return subjects.map { Self.hash($0, key) }
    }

    private static func hash(_ subject: ContactSubject, _ key: Secret<[UInt8]>) -> [UInt8] {
        HMAC.sha256(Array("\(subject.kind.rawValue):\(subject.address)".utf8), key: key.reveal())
    }

    private func key(of tenant: TenantID, _ database: some SQLExecutor) async throws -> Secret<[UInt8]> {
        if let known = remembered.withLock({ $0[tenant] }) { return known }
        guard let secrets else { throw Failure(.unavailable) }
        let place = SecretPlace(
            tenant: tenant.description, table: "contact_keys", column: "sealed_key", row: tenant.description)
        let fresh = try secrets.seal(SecureRandom.bytes(32), at: place)
        let sealed = try await ContactKeyStore.find(orAdd: fresh, for: tenant, database)
        let key = Secret(try secrets.open(sealed, at: place))
        // A transaction that is rolled back takes a fresh key with it.
        guard sealed != fresh else { return key }
        remembered.withLock { keys in
            if keys.count >= Self.mostRemembered { keys.removeAll() }
            keys[tenant] = key
        }
        return key
    }

    /// Lets go of a tenant's key, when its rows are erased.
    func forget(_ tenant: TenantID) { remembered.withLock { _ = $0.removeValue(forKey: tenant) } }
}
