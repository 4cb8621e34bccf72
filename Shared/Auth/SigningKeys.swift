package import Crypto
package import Models

/// A signing key with its place in time.
package struct SigningKey: Sendable {
    package let keyID: String
    package let key: Ed25519PrivateKey
    /// From when it signs.
    package let notBefore: Timestamp

    /// A key as it was stored.
    package init(keyID: String, key: Ed25519PrivateKey, notBefore: Timestamp) {
        self.keyID = keyID
        self.key = key
        self.notBefore = notBefore
    }
}

/// All signing keys of the suite, and which of them sign and are published at a moment.
///
/// A key signs for 30 days. Its successor is published an hour before it signs, so that everybody knows it by then,
/// and it stays published after its successor took over for as long as any token that it signed lives.
package struct SigningKeys: Sendable {
    /// How long one key signs.
    package static let period: Duration = .seconds(30 * 86_400)
    /// How long a key is published before it signs.
    package static let notice: Duration = .seconds(3600)
    /// How long a key is published after it has signed: the life of its last token, and a loop's or a clock's delay.
    package static let retirement: Duration = TokenClaims.Life.longest + .seconds(900)

    /// By the moment from which they sign, oldest first.
    package let keys: [SigningKey]

    /// The keys that are stored, in any order.
    package init(_ keys: [SigningKey]) {
        self.keys = keys.sorted { $0.notBefore < $1.notBefore }
    }

    /// The signer of the moment: the youngest key that may sign already.
    package func signer(at now: Timestamp) -> JWTSigner? {
        keys.last { $0.notBefore <= now }.map { JWTSigner(keyID: $0.keyID, key: $0.key) }
    }

    /// What `/.well-known/jwks.json` shows at the moment.
    package func published(at now: Timestamp) -> JWKS {
        let retired = Set(retired(at: now))
        return JWKS(
            keys: keys.filter { !retired.contains($0.keyID) }.map {
                JWK($0.key.publicKey, keyID: $0.keyID, notBefore: $0.notBefore)
            })
    }

    /// The ids of keys that nobody needs any more.
    package func retired(at now: Timestamp) -> [String] {
        zip(keys, keys.dropFirst()).filter { $0.1.notBefore + Self.retirement <= now }.map(\.0.keyID)
    }

    /// The moment from which a new key should sign, when it is time to make one: at once when there is none.
    package func successorDue(at now: Timestamp) -> Timestamp? {
        guard let youngest = keys.last else { return now }
        guard youngest.notBefore + Self.period - Self.notice <= now else { return nil }
        return now + Self.notice
    }
}
