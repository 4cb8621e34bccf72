import Clients
import Crypto
import IO
import Models
import HTTP

/// Exchanges API keys for tokens of a minute at tenancy, and remembers them by the key's digest.
///
/// Confined to its loop.
final class KeyExchange: @unchecked Sendable {
    private struct Remembered {
        let tenant: TenantID
        let token: String
        /// Tells the key apart from others; it cannot be used as one.
        let name: String
        let until: UInt64
    }

    /// A token is used for most of its minute.
    private static let useMilliseconds: UInt64 = 45_000
    /// Keys in use at once; beyond it the memory begins anew.
    private static let capacity = 10_000

    private let client: ServiceClient
    private let loop: EventLoop
    private var remembered: [[UInt8]: Remembered] = [:]

    init(client: ServiceClient, state: ChangeFeedState, loop: EventLoop) {
        self.client = client
        self.loop = loop
        // Which key was revoked the feed says by its id; forgetting all costs one exchange a key.
        state.observe { [unowned self] change in
            switch change {
            case .revokedAPIKey, .tenant, .replaced: remembered.removeAll()
            default: break
            }
        }
    }

    /// A token for the key, and a name that tells the key apart; 401 when it is none of this tenant.
    func token(for key: String, of tenant: TenantID) async throws -> (token: String, name: String) {
        guard OpaqueToken(key) != nil else { throw Failure(.invalidToken) }
        let digest = SHA256.digest(key)
        if let known = remembered[digest], known.until > loop.now {
            guard known.tenant == tenant else { throw Failure(.tokenWrongTenant) }
            return (known.token, known.name)
        }
        let answer: InternalAPI.Token
        do {
            answer = try await client.send(
                .post, "/internal/api-keys/exchange", InternalAPI.APIKeyExchange(key: key, tenantID: tenant),
                as: InternalAPI.Token.self, scope: .init(tenant: tenant))
        } catch let failure as Failure where failure.status == 404 {
            throw Failure(.invalidToken)
        }
        if remembered.count >= Self.capacity { remembered.removeAll() }
        let name = digest.prefix(8).map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
        remembered[digest] = Remembered(
            tenant: tenant, token: answer.token, name: name, until: loop.now + Self.useMilliseconds)
        return (answer.token, name)
    }
}
