import Crypto
import Models
import Postgres

/// What passkeys are asked to sign: random, for one purpose, for five minutes, once.
struct PasskeyChallengeStore {
    /// What a challenge was made for; an answer to one is none to another.
    enum Purpose: String, Sendable {
        case register
        case signIn = "sign_in"
        case reauthenticate
    }

    static let life = Duration.seconds(300)
    /// Open at once from one network: people of one office sign in by one address.
    static let most = 300
    private static let size = 32

    let rows: any SQLExecutor

    /// A new challenge; nil while its network has too many open.
    func make(
        _ purpose: Purpose, for user: UserID?, address: String, in tenant: TenantID
    ) async throws -> [UInt8]? {
        let challenge = SecureRandom.bytes(Self.size)
        let asker = Lockout.subject(of: "passkey", address: address)
        let made = try await rows.execute(
            """
            INSERT INTO passkey_challenges (tenant_id, digest, purpose, user_id, asker, expires_at)
            SELECT \(tenant), \(SHA256.digest(challenge)), \(purpose.rawValue), \(user), \(asker), now() + \(Self.life)
            WHERE (SELECT count(*) FROM passkey_challenges
                   WHERE tenant_id = \(tenant) AND asker = \(asker) AND expires_at > now()) < \(Self.most)
            """)
        return made == 1 ? challenge : nil
    }

    /// Uses a challenge up, whatever comes of the answer; false when there is none of the purpose and person.
    func use(_ challenge: [UInt8], _ purpose: Purpose, by user: UserID?, in tenant: TenantID) async throws -> Bool {
        try await rows.value(
            """
            DELETE FROM passkey_challenges WHERE tenant_id = \(tenant) AND digest = \(SHA256.digest(challenge))
            RETURNING purpose = \(purpose.rawValue) AND user_id IS NOT DISTINCT FROM \(user) AND expires_at > now()
            """) ?? false
    }
}
