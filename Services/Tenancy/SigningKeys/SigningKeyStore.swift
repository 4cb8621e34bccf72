import Auth
import JSON
import Models
import Postgres

/// The keys that sign access tokens; the private halves are sealed by the service before they come here.
struct SigningKeyStore {
    let rows: any SQLExecutor

    /// All keys, the youngest first.
    func list() async throws -> [StoredSigningKey] {
        try await rows.query(
            "SELECT id, private_key, active_from FROM signing_keys ORDER BY active_from DESC, id DESC",
            as: StoredSigningKey.self)
    }

    /// Adds a key and tells the feed, unless there is one that signs from later than a time; false then.
    ///
    /// Of two processes that come together one wins, and both read its key: the lock is a statement of its own, so that
    /// the second statement sees what the winner committed.
    func create(_ key: SealedSigningKey, unlessAfter time: Timestamp, in transaction: Transaction) async throws -> Bool
    {
        let results = try await rows.batch([
            "SELECT pg_advisory_xact_lock(7302)",
            """
            INSERT INTO signing_keys (id, public_key, private_key, active_from)
            SELECT \(key.id), \(key.publicKey), \(key.sealedPrivateKey), \(key.activeFrom)
            WHERE NOT EXISTS (SELECT 1 FROM signing_keys WHERE active_from > \(time))
            """,
        ])
        guard results.last?.affectedRows == 1 else { return false }
        try await ChangeStore.append(.signingKey, key: key.id, value: key.publicKey, tenant: nil, in: transaction)
        return true
    }

    /// Whether any key may sign at a time.
    func hasSigner(at time: Timestamp) async throws -> Bool {
        try await rows.first("SELECT 1 FROM signing_keys WHERE active_from <= \(time) LIMIT 1") != nil
    }

    /// Removes a key, unless it has been removed before; holds other changes of keys to the end of the transaction.
    func remove(_ id: String) async throws -> Bool {
        let results = try await rows.batch([
            "SELECT pg_advisory_xact_lock(7302)", "DELETE FROM signing_keys WHERE id = \(id)",
        ])
        return results.last?.affectedRows == 1
    }

    /// Removes keys and tells the feed.
    func delete(_ ids: [String], in transaction: Transaction) async throws {
        guard !ids.isEmpty else { return }
        let gone = try await rows.values(
            "DELETE FROM signing_keys WHERE id = ANY(\(ids)) RETURNING id", as: String.self)
        for id in gone { try await ChangeStore.appendGone(.signingKey, key: id, tenant: nil, in: transaction) }
    }
}

/// A new key with its private half sealed.
struct SealedSigningKey: Sendable {
    let id: String
    let publicKey: JSONText
    let sealedPrivateKey: [UInt8]
    let activeFrom: Timestamp
}

/// A signing key as it is stored.
struct StoredSigningKey: PostgresRowDecodable {
    let id: String
    let sealedPrivateKey: [UInt8]
    let activeFrom: Timestamp

    init(row: inout RowReader) throws(PostgresError) {
        id = try row.next(String.self)
        sealedPrivateKey = try row.next([UInt8].self)
        activeFrom = try row.next(Timestamp.self)
    }
}
