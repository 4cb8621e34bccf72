import Auth
import Models
import Postgres

/// Replacing keys before their time: each deed is one transaction with its changes and its audit row.
struct SigningKeyLifeStore {
    let database: Database
    let ring: SigningKeyService

    /// Makes a key that signs in an hour, when everybody knows it; false when one waits already.
    ///
    /// Nobody notices: the key that signs today is published for as long as its tokens live.
    func rotate(at now: Timestamp, origin: Origin) async throws -> Bool {
        let key = try ring.draft(from: now + SigningKeys.notice)
        let isMade = try await database.tenant(.platform).transaction { rows in
            let audit = origin.entry(.signingKeyCreated, "signing_key/\(key.id)")
            guard try await SigningKeyStore(rows: rows).create(key, unlessAfter: now, in: rows) else { return false }
            try await AuditStore(rows: rows).append(audit, in: .platform)
            return true
        }
        try await ring.read()
        return isMade
    }

    /// Takes a key out of use at once, for one that others may have seen; false when there is none of that id.
    ///
    /// Its tokens are void everywhere within a second; who has a refresh token gets another by it. When no other key may
    /// sign, a new one does from now on.
    func withdraw(_ id: String, at now: Timestamp, origin: Origin) async throws -> Bool {
        let successor = try ring.draft(from: now)
        let isGone = try await database.tenant(.platform).transaction { rows in
            let store = SigningKeyStore(rows: rows)
            guard try await store.remove(id) else { return false }
            let audit = AuditStore(rows: rows)
            try await audit.append(origin.entry(.signingKeyWithdrawn, "signing_key/\(id)"), in: .platform)
            if try await !store.hasSigner(at: now) {
                try await audit.append(
                    origin.entry(.signingKeyCreated, "signing_key/\(successor.id)"), in: .platform)
                // One that waits for its hour signs after this one.
                _ = try await store.create(successor, unlessAfter: .endOfTime, in: rows)
            }
            try await ChangeStore.appendGone(.signingKey, key: id, tenant: nil, in: rows)
            return true
        }
        try await ring.read()
        return isGone
    }
}

extension Timestamp {
    /// The year 9999: after every key.
    fileprivate static let endOfTime = Timestamp(seconds: 253_370_764_800)
}
