import Crypto
import HTTP
import Models
import Web

/// Keeps answers sealed: those of tenancy show tokens and keys that are stored nowhere else.
struct SealedIdempotency: IdempotencyGuard {
    let store: any IdempotencyGuard
    let secrets: SecretBox

    func run(_ key: IdempotencyKey, _ body: () async throws -> HTTPResponse) async throws -> HTTPResponse {
        let place = SecretPlace(
            tenant: key.tenant.jsonText, table: "idempotency_keys", column: "body", row: Hex.encode(key.bodyDigest))
        var answer = try await store.run(key) {
            var answer = try await body()
            if case .bytes(let bytes) = answer.body { answer.body = .bytes(try secrets.seal(bytes, at: place)) }
            return answer
        }
        if case .bytes(let sealed) = answer.body { answer.body = .bytes(try secrets.open(sealed, at: place)) }
        return answer
    }
}
